//! What a PCM can be set up with.
#![forbid(unsafe_code)]

use super::failure::Attempt;
use super::format::DeviceFormat;
use super::messages::collected;
use super::pcm::Pcm;
use super::setup::HwParams;
use super::terms::WantedRate;
use std::ops::RangeInclusive;

/// What a PCM has to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offers {
    pub channels: RangeInclusive<u32>,
    /// The common ones, the lowest and the highest; without those that ALSA would convert to.
    pub rates_hz: Vec<u32>,
    /// Those that this library knows, the best first.
    pub formats: Vec<DeviceFormat>,
}

/// Asks an open PCM, and sets nothing.
pub(crate) fn offers(pcm: &Pcm) -> Attempt<Offers> {
    let (offers, _lines) = collected(pcm.library(), || {
        let params = HwParams::new(pcm, WantedRate::Any)?;
        let (least, most) = params.channel_range()?;
        let formats = DeviceFormat::BEST_FIRST.into_iter();
        Ok(Offers {
            channels: least..=most,
            rates_hz: params.rates_hz(),
            formats: formats
                .filter(|&format| params.test_format(format))
                .collect(),
        })
    });
    offers
}
