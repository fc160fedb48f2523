//! Symphonia's codecs behind one trait.

use symphonia::core::audio::{Audio, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_ALAC, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Result as SymphoniaResult;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AlacDecoder;
use symphonia_codec_vorbis::VorbisDecoder;

/// Why a packet was not decoded.
pub type Damage = String;

/// Turns packets into frames. Keeps what one packet leaves for the next.
pub trait Codec: Send {
    /// Forgets all packets before.
    fn reset(&mut self);

    /// Decodes one packet into `out`, a vector for each channel, which it replaces.
    fn decode(&mut self, packet: &[u8], out: &mut [Vec<f32>]) -> Result<(), Damage>;
}

/// The codecs that Symphonia has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Alac,
    Vorbis,
}

impl Kind {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Alac => "ALAC",
            Kind::Vorbis => "Vorbis",
        }
    }

    fn id(self) -> AudioCodecId {
        match self {
            Kind::Alac => CODEC_ID_ALAC,
            Kind::Vorbis => CODEC_ID_VORBIS,
        }
    }
}

/// A decoder of Symphonia.
struct Decoder(Box<dyn AudioDecoder>);

/// Makes a decoder; `setup` is what the container keeps for it.
///
/// # Errors
/// What Symphonia says about the setup.
pub fn symphonia(kind: Kind, setup: Option<&[u8]>) -> Result<Box<dyn Codec>, Damage> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(kind.id());
    if let Some(setup) = setup {
        parameters.with_extra_data(setup.into());
    }
    let decoder = make(kind, &parameters).map_err(|error| error.to_string())?;
    Ok(Box::new(Decoder(decoder)))
}

fn make(kind: Kind, parameters: &AudioCodecParameters) -> SymphoniaResult<Box<dyn AudioDecoder>> {
    let options = AudioDecoderOptions::default();
    Ok(match kind {
        Kind::Alac => Box::new(AlacDecoder::try_new(parameters, &options)?),
        Kind::Vorbis => Box::new(VorbisDecoder::try_new(parameters, &options)?),
    })
}

impl Codec for Decoder {
    fn reset(&mut self) {
        self.0.reset();
    }

    fn decode(&mut self, packet: &[u8], out: &mut [Vec<f32>]) -> Result<(), Damage> {
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
        let decoded = self
            .0
            .decode_ref(&packet)
            .map_err(|error| error.to_string())?;
        if decoded.num_planes() != out.len() {
            return Err(format!("it has {} channels", decoded.num_planes()));
        }
        for (channel, out) in out.iter_mut().enumerate() {
            out.clear();
            match &decoded {
                GenericAudioBufferRef::F32(buffer) => {
                    out.extend_from_slice(buffer.plane(channel).unwrap_or(&[]));
                }
                GenericAudioBufferRef::S32(buffer) => {
                    // ALAC puts fewer bits at the top.
                    let samples = buffer.plane(channel).unwrap_or(&[]);
                    out.extend(samples.iter().map(|x| *x as f32 * (1.0 / 2_147_483_648.0)));
                }
                _ => return Err("it has samples of another type".into()),
            }
        }
        Ok(())
    }
}
