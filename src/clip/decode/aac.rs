//! AAC packets, wherever they come from: AAC-LC and HE-AAC, of one to eight channels. The decoder is
//! syom's.
//!
//! HE-AAC need not say what it is before its packets do: how long the packets are, and how many
//! channels and which rate they give, is what the first ones are decoded to.
//!
//! syom makes its tables when they are first needed, so a fork waits until it has decoded.

use super::codec::{Codec, Damage};
use super::info::{FileInfo, Opened};
use super::input::Input;
use super::packets::{Decoded, Description, Loss};
use super::table::{Lead, PacketPlace, PacketTable};
use crate::clip::ClipInfo;
use crate::error::Result;
use crate::sys::{NoFork, without_fork};
use std::sync::Arc;
use syom::{Channel, DecodeOptions, Decoder};

/// How many packets the noise generator of AAC-LC runs before it begins anew, and how many a packet
/// overlaps with.
const LC: (u64, usize) = (128, 2);

/// The same of HE-AAC: packets refer to those before them for about half a second. Its noise repeats
/// after 16 packets, so that it is the same as without beginning anew if what is decoded before (the
/// first packet of the file, then these) is a multiple of that.
const HE: (u64, usize) = (512, 63);

/// Packets within which HE-AAC says what it is.
const FIRST: usize = 16;

/// A track of AAC.
pub struct Aac {
    input: Arc<Input>,
    container: &'static str,
    setup: Box<[u8]>,
    places: Vec<PacketPlace>,
    kind: Kind,
    first: Box<[u8]>,
}

/// What the packets are decoded to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kind {
    frame_rate_hz: u32,
    /// Frames in a packet.
    frames: u32,
    channels: u16,
    is_he: bool,
}

impl Aac {
    /// Looks at the first packets; `setup` is the `AudioSpecificConfig` (ISO 14496-3, 1.6.2.1).
    pub fn new(
        input: &Arc<Input>,
        container: &'static str,
        setup: &[u8],
        places: Vec<PacketPlace>,
    ) -> Result<Aac> {
        let bad = |what: String| input.bad(format!("{container} with {what}"));
        if let Some(name) = unsupported(setup) {
            return Err(bad(name));
        }
        let mut decoder = decoder(setup).map_err(|damage| bad(format!("AAC: {damage}")))?;
        let mut kind = Kind::default();
        let mut first = Vec::new();
        for place in places.iter().filter(|place| place.bytes > 0).take(FIRST) {
            let packet = input.bytes(place.offset, place.bytes.into())?;
            let look = || {
                let told = decoder.decode_au(&packet, |frame| {
                    kind = kind.max(Kind {
                        frame_rate_hz: frame.sample_rate,
                        frames: frame.samples as u32,
                        channels: frame.planar.len() as u16,
                        is_he: frame.sample_rate > frame.meta.core_rate,
                    });
                    Ok(())
                });
                // After an error this decoder is broken. A new one that begins here may work.
                told.or_else(|_| {
                    decoder.reset();
                    decoder.set_asc(setup)
                })
            };
            without_fork(look).map_err(|e| bad(format!("AAC: {e}")))?;
            if first.is_empty() {
                first = packet;
            }
        }
        if places.is_empty() {
            kind = Kind::of_nothing(setup).ok_or_else(|| bad("AAC that says too little".into()))?;
        }
        if kind == Kind::default() {
            return Err(bad("AAC without a packet that can be decoded".into()));
        }
        Ok(Aac {
            input: Arc::clone(input),
            container,
            setup: setup.into(),
            places,
            kind,
            first: first.into(),
        })
    }

    pub fn frame_rate_hz(&self) -> u32 {
        self.kind.frame_rate_hz
    }

    /// Frames in all packets.
    pub fn frames(&self) -> u64 {
        self.places.len() as u64 * u64::from(self.kind.frames)
    }

    /// Makes a source of `frames` frames, the first of which comes `delay` frames after the first
    /// that is decoded.
    pub fn open(self, delay: u64, frames: u64) -> Result<Opened> {
        let Kind {
            frame_rate_hz,
            channels,
            is_he,
            ..
        } = self.kind;
        let held = self.frames();
        let codec = Packets::new(&self.setup, self.kind, self.first).map_err(|damage| {
            let container = self.container;
            self.input.bad(format!("{container} with AAC: {damage}"))
        })?;
        let (segment, packets) = if is_he { HE } else { LC };
        let lead = Lead {
            packets,
            bytes: 0,
            overhead: 0,
        };
        let description = Description {
            info: ClipInfo {
                frame_rate_hz,
                channels,
                frames: frames.min(held.saturating_sub(delay)),
            },
            delay,
            loss: Loss::Silence,
            segment: Some(segment * u64::from(self.kind.frames)),
        };
        let info = description.info;
        let table = PacketTable::new(Arc::clone(&self.input), self.places, self.kind.frames, lead);
        Ok(Opened {
            info: FileInfo {
                container: self.container,
                encoding: if is_he { "HE-AAC" } else { "AAC-LC" },
                frame_rate_hz,
                channels,
                frames: info.frames,
                bits_per_sample: None,
            },
            source: Box::new(Decoded::new(
                self.input,
                table,
                Box::new(codec),
                description,
            )),
        })
    }
}

impl Kind {
    /// What a setup says, where there are no packets.
    fn of_nothing(setup: &[u8]) -> Option<Kind> {
        const RATES_HZ: [u32; 13] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
            8_000, 7_350,
        ];
        let &[a, b, ..] = setup else {
            return None;
        };
        let channels = usize::from(b >> 3 & 15);
        Some(Kind {
            frame_rate_hz: *RATES_HZ.get(usize::from((a & 7) << 1 | b >> 7))?,
            frames: 1_024,
            channels: *[0, 1, 2, 3, 4, 5, 6, 8].get(channels).filter(|n| **n > 0)?,
            is_he: false,
        })
    }

    /// The larger one: a packet may lack what the next ones have.
    fn max(self, other: Kind) -> Kind {
        Kind {
            frame_rate_hz: self.frame_rate_hz.max(other.frame_rate_hz),
            frames: self.frames.max(other.frames),
            channels: self.channels.max(other.channels),
            is_he: self.is_he || other.is_he,
        }
    }
}

/// The name of what is no AAC-LC, with or without HE-AAC.
fn unsupported(setup: &[u8]) -> Option<String> {
    let &[a, b, ..] = setup else {
        return Some("AAC without a decoder configuration".into());
    };
    let object = match a >> 3 {
        31 => 32 + ((a & 7) << 3 | b >> 5),
        object => object,
    };
    let name = match object {
        2 | 5 | 29 => return None,
        1 => "AAC Main",
        3 => "AAC-SSR",
        4 => "AAC-LTP",
        6 | 20 => "scalable AAC",
        7 => "TwinVQ",
        8 => "CELP",
        9 => "HVXC",
        17 => "error resilient AAC-LC",
        22 => "BSAC",
        23 => "AAC-LD",
        32..=34 => "MPEG audio",
        36 => "MPEG-4 ALS",
        37 | 38 => "MPEG-4 SLS",
        39 => "AAC-ELD",
        42 => "xHE-AAC (USAC)",
        _ => "another kind of AAC",
    };
    Some(format!("{name} (object type {object})"))
}

fn decoder(setup: &[u8]) -> std::result::Result<Decoder, Damage> {
    without_fork(|| Decoder::from_asc(setup, DecodeOptions::unbounded()))
        .map_err(|error| error.to_string())
}

/// Decodes packets of one kind.
struct Packets {
    setup: Box<[u8]>,
    kind: Kind,
    /// The first packet of the file, which tells HE-AAC what the others may leave out.
    first: Box<[u8]>,
    decoder: Decoder,
    /// No packet was decoded since the decoder began anew.
    is_new: bool,
}

impl Packets {
    fn new(setup: &[u8], kind: Kind, first: Box<[u8]>) -> std::result::Result<Packets, Damage> {
        Ok(Packets {
            setup: setup.into(),
            kind,
            first,
            decoder: decoder(setup)?,
            is_new: true,
        })
    }
}

impl Codec for Packets {
    fn reset(&mut self) {
        without_fork(|| {
            self.decoder.reset();
            // It was decoded once already, so it cannot fail.
            let _ = self.decoder.set_asc(&self.setup);
        });
        self.is_new = true;
    }

    fn decode(&mut self, packet: &[u8], out: &mut [Vec<f32>]) -> std::result::Result<(), Damage> {
        let _tables = NoFork::begin();
        out.iter_mut().for_each(Vec::clear);
        let kind = self.kind;
        if std::mem::take(&mut self.is_new) && kind.is_he && *packet != *self.first {
            let _ = self.decoder.decode_au(&self.first, |_| Ok(()));
        }
        let mut differs = false;
        let decoded = self.decoder.decode_au(packet, |frame| {
            match frame.planar {
                _ if frame.samples != kind.frames as usize => differs = true,
                // Before the stereo parameters come, one channel is both.
                [one] => out.iter_mut().for_each(|out| out.extend_from_slice(one)),
                planes if planes.len() == out.len() => {
                    for (out, from) in out.iter_mut().zip(order(frame.meta.labels(), planes)) {
                        out.extend_from_slice(from);
                    }
                }
                _ => differs = true,
            }
            Ok(())
        });
        decoded.map_err(|error| error.to_string())?;
        match differs {
            true => Err("its channels or its length differ from those of the first packet".into()),
            false => Ok(()),
        }
    }
}

/// The channels in the order of WAV files; in their own, if one of them has no name.
fn order<'a>(
    labels: impl Iterator<Item = Channel>,
    planes: &[&'a [f32]],
) -> impl Iterator<Item = &'a [f32]> {
    const ORDER: [Channel; 9] = [
        Channel::FrontLeft,
        Channel::FrontRight,
        Channel::FrontCenter,
        Channel::Lfe,
        Channel::BackLeft,
        Channel::BackRight,
        Channel::BackCenter,
        Channel::SideLeft,
        Channel::SideRight,
    ];
    let place = |label| ORDER.iter().position(|other| *other == label);
    let places: Option<Vec<usize>> = labels.map(place).collect();
    let mut planes = planes.to_vec();
    if let Some(places) = places.filter(|places| places.len() == planes.len()) {
        let mut placed: Vec<_> = places.into_iter().zip(planes).collect();
        placed.sort_by_key(|(place, _)| *place);
        planes = placed.into_iter().map(|(_, plane)| plane).collect();
    }
    planes.into_iter()
}
