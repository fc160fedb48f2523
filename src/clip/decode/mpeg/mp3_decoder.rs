//! The MP3 decoder, which is nanomp3's. After a damaged frame it goes on with the next one. It follows a
//! change between one and two channels, and knows free format.

use crate::clip::decode::chain::map_channels;
use crate::clip::decode::codec::{Codec, Damage};
use nanomp3_core::{DecodeError, MAX_SAMPLES_PER_FRAME};

struct Decoder {
    decoder: nanomp3_core::Decoder,
    /// How long frames in free format are without padding; 0 if there are none.
    free: u32,
    /// The decoder knows how long they are.
    knows_free: bool,
    /// The frame that was decoded last, interleaved, and in its own channels.
    interleaved: Vec<f32>,
    channels: [Vec<f32>; 2],
}

/// Makes a decoder; `free` is how long frames in free format are without padding, 0 if there are
/// none.
pub fn decoder(free: u32) -> Box<dyn Codec> {
    Box::new(Decoder {
        decoder: nanomp3_core::Decoder::new(),
        free,
        knows_free: false,
        interleaved: vec![0.0; MAX_SAMPLES_PER_FRAME],
        channels: Default::default(),
    })
}

impl Decoder {
    /// Frames in free format come one at a time, but the decoder measures them by the distance of
    /// three headers. Three silent frames tell it, which the next frame follows as it would follow
    /// the beginning of a file.
    fn tell_free(&mut self, packet: &[u8]) {
        let Some(&[first, second, third, fourth]) = packet.first_chunk::<4>() else {
            return;
        };
        let mut frame = vec![0; self.free as usize];
        let without_checksum_and_padding = [first, second | 1, third & !2, fourth];
        if let Some(head) = frame.first_chunk_mut::<4>() {
            *head = without_checksum_and_padding;
        }
        let _silence = self.decoder.decode(&frame.repeat(3), &mut self.interleaved);
        self.knows_free = true;
    }
}

impl Codec for Decoder {
    fn reset(&mut self) {
        self.decoder = nanomp3_core::Decoder::new();
        self.knows_free = false;
    }

    fn decode(&mut self, packet: &[u8], out: &mut [Vec<f32>]) -> Result<(), Damage> {
        if self.free > 0 && !self.knows_free {
            self.tell_free(packet);
        }
        out.iter_mut().for_each(Vec::clear);
        let frame = match self.decoder.decode(packet, &mut self.interleaved).1 {
            Ok(frame) => frame,
            // Its data begin in frames that were not decoded. It is silent, but the next frames need
            // its data.
            Err(DecodeError::ReservoirUnavailable(_)) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let count = usize::from(frame.channels.num());
        let samples = &self.interleaved[..frame.samples_produced * count];
        for (number, channel) in self.channels[..count].iter_mut().enumerate() {
            channel.clear();
            channel.extend(samples.iter().skip(number).step_by(count));
        }
        for channel in out.iter_mut() {
            channel.resize(frame.samples_produced, 0.0);
        }
        map_channels(&self.channels[..count], out);
        Ok(())
    }
}
