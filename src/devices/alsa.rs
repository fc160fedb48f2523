//! The PCMs of ALSA.

use super::device::{Device, DeviceSide};
use crate::alsa::{CardPcm, Direction, Hint, Pcm};
use crate::alsa::{card_pcms, check_harmless, hints, is_defined, offers};
use crate::driver::DriverKind;
use crate::error::Result;
use crate::units::FRAME_RATE_RANGE_HZ;

/// What the driver takes if no PCM is named.
const DEFAULT: &str = "default";

/// Asks the configuration and the controls of the cards, and has a look at those PCMs that can be opened without
/// disturbing anybody.
pub(super) fn find() -> Result<Vec<Device>> {
    let (cards, mut named) = (card_pcms()?, hints()?);
    // Cards have told of these already.
    named.retain(|hint| !hint.name.starts_with("hw:"));
    let default = match named.iter().position(|hint| hint.name == DEFAULT) {
        Some(at) => Some(named.remove(at)),
        // The configuration may define it without a hint.
        None => is_defined(DEFAULT).then(|| Hint {
            name: DEFAULT.into(),
            description: "Default".into(),
            only: None,
        }),
    };
    let default = default.into_iter().map(of_hint);
    let cards = cards.into_iter().map(of_card);
    Ok(default
        .chain(cards)
        .chain(named.into_iter().map(of_hint))
        .collect())
}

fn of_card(pcm: CardPcm) -> Device {
    let has = |direction| match direction {
        Direction::Playback => pcm.playback,
        Direction::Capture => pcm.capture,
    };
    device(&pcm.name, &pcm.description, has)
}

fn of_hint(hint: Hint) -> Device {
    let description = match &*hint.description {
        "" => &hint.name,
        text => text,
    };
    let has = |direction| hint.only.is_none_or(|only| only == direction);
    device(&hint.name, description, has)
}

fn device(name: &str, description: &str, has: impl Fn(Direction) -> bool) -> Device {
    let side = |direction| has(direction).then(|| look(name, direction));
    Device {
        driver: DriverKind::Alsa,
        name: name.to_owned(),
        description: description.to_owned(),
        is_default: name == DEFAULT,
        period_frames: None,
        playback: side(Direction::Playback),
        capture: side(Direction::Capture),
    }
}

/// What a PCM can do, if it can be opened without disturbing anybody.
fn look(name: &str, direction: Direction) -> DeviceSide {
    let looked = check_harmless(name, direction).and_then(|()| {
        let pcm = Pcm::open(name, direction).map_err(|error| error.to_string())?;
        offers(&pcm).map_err(|failure| failure.to_string())
    });
    match looked {
        Err(why) => DeviceSide::unknown(why),
        Ok(mut offers) => {
            // Plugins that convert have any number as their lowest and highest rate.
            offers
                .rates_hz
                .retain(|hz| FRAME_RATE_RANGE_HZ.contains(hz));
            DeviceSide {
                channels: Some(offers.channels),
                rates_hz: offers.rates_hz,
                formats: offers.formats,
                unknown: None,
            }
        }
    }
}
