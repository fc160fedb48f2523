//! Which channel of a device is which.
//!
//! The channels of an interface are in the order of WAV files: front left, front right, front centre, LFE, rear left, and
//! so on. Devices have other orders, ALSA's own among them, where the rear comes before the centre.
#![allow(unsafe_code, reason = "calls of libasound")]

use super::pcm::Pcm;

/// ALSA's numbers of positions, in the order of WAV files.
const WAV_ORDER: [u32; 18] = [
    3, 4, 7, 8, 5, 6, 12, 13, 11, 9, 10, 21, 22, 24, 23, 25, 27, 26,
];
/// Smaller numbers name no place.
const FIRST_PLACE: u32 = 3;
/// The lower bits are the position; those above are flags.
const POSITION: u32 = 0xFFFF;

/// For each channel of the device, in the order in which an interface counts them, its number at the device. After
/// the terms were agreed upon.
pub(crate) fn order(pcm: &Pcm, channels: u32) -> Vec<usize> {
    in_order(&positions(pcm), channels as usize)
}

fn in_order(positions: &[u32], channels: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..channels).collect();
    let rank = |&channel: &usize| {
        let position = positions[channel] & POSITION;
        let known = WAV_ORDER.iter().position(|&at| at == position);
        (known.unwrap_or(WAV_ORDER.len()), position)
    };
    let is_place = |position: &u32| position & POSITION >= FIRST_PLACE;
    if positions.len() == channels && positions.iter().all(is_place) {
        // Stable: where two channels have one place, they stay in the device's order.
        order.sort_by_key(rank);
    }
    order
}

/// Empty if the device does not tell.
fn positions(pcm: &Pcm) -> Vec<u32> {
    // SAFETY: the PCM is open and set up. The map is memory of malloc, which is ours to free; so many positions follow
    // its count.
    unsafe {
        let map = (pcm.library().pcm_get_chmap)(pcm.raw());
        if map.is_null() {
            return Vec::new();
        }
        let first = (&raw const (*map).positions).cast::<u32>();
        let positions = std::slice::from_raw_parts(first, (*map).channels as usize).to_vec();
        libc::free(map.cast());
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FL: u32 = 3;
    const FR: u32 = 4;
    const RL: u32 = 5;
    const RR: u32 = 6;
    const FC: u32 = 7;
    const LFE: u32 = 8;

    #[test]
    fn channels_are_in_the_order_of_wav_files() {
        // ALSA's own order of six channels.
        assert_eq!(in_order(&[FL, FR, RL, RR, FC, LFE], 6), [0, 1, 4, 5, 2, 3]);
        assert_eq!(in_order(&[FR, FL], 2), [1, 0]);
        // Flags do not count.
        assert_eq!(in_order(&[FR | 1 << 16, FL], 2), [1, 0]);
    }

    #[test]
    fn a_device_that_does_not_know_its_places_keeps_its_order() {
        assert_eq!(in_order(&[], 3), [0, 1, 2]);
        assert_eq!(in_order(&[FR, 0], 2), [0, 1]);
        assert_eq!(in_order(&[2], 1), [0]);
        assert_eq!(in_order(&[FR, FR], 2), [0, 1]);
    }
}
