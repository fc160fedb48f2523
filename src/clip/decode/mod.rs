//! Audio files, taken apart and decoded. Off the audio thread.
//!
//! Flow: path -> [`open`], which looks at the first bytes -> a parser of that container -> a
//! [`Source`](super::source::Source) of `f32` frames. Plain PCM ([`pcm`]) is read from its place in the file.
//! Everything else is [`packets`]: a container says where the packets lie and which frames they hold, a codec
//! decodes one packet after another, and one source for all formats keeps the frames in place, also after
//! seeks, damage and loss. The codecs come from crates, but for FLAC ([`flac`]). The containers are parsed
//! here, because exact positions after a seek, gaps where packets are lost, and memory that never grows with
//! what a header claims must be the same for all formats.

mod aac;
mod alac;
mod caf;
mod chain;
mod codec;
pub(super) mod crc;
mod flac;
mod info;
mod input;
mod mp4;
mod mpeg;
mod ogg;
mod opus;
mod packets;
mod pcm;
mod table;
mod tags;
mod unsupported;

pub use info::FileInfo;
use info::Opened;

use super::bad_samples::Silenced;
use super::info::{ClipInfo, check_info};
use crate::error::Result;
use input::Input;
use std::path::Path;
use std::sync::Arc;

/// Says what an audio file holds, without decoding it. Any thread but the audio thread.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io); [`Error::Format`](crate::Error::Format) names the file, what
/// was found, and which formats are supported.
pub fn probe(path: impl AsRef<Path>) -> Result<FileInfo> {
    Ok(open(path.as_ref())?.info)
}

/// Opens a file of any supported format.
///
/// # Errors
/// As [`probe`].
pub(crate) fn open(path: &Path) -> Result<Opened> {
    let input = Input::open(path)?;
    let mut opened = packets::contained(&input, || parse(&input))?;
    let info = &opened.info;
    let clip = ClipInfo {
        frame_rate_hz: info.frame_rate_hz,
        channels: info.channels,
        frames: info.frames,
    };
    check_info(clip).map_err(|error| input.bad(format!("{}: {error}", info.container)))?;
    opened.source = Box::new(Silenced::new(opened.source));
    Ok(opened)
}

fn parse(file: &Arc<Input>) -> Result<Opened> {
    if file.length() == 0 {
        return Err(file.bad("an empty file"));
    }
    // Before MP3 and ADTS, ID3 tags are common; some programs put them before anything.
    let input = &file.after(tags::after_tags(file, 0)?);
    if input.length() == 0 {
        return Err(file.bad("a tag and no sound"));
    }
    let head = input.bytes(0, unsupported::HEAD_BYTES)?;
    let pcm = |header: Result<pcm::Header>| pcm::open(Arc::clone(input), header?);
    if pcm::riff::begins(&head) {
        return pcm(pcm::riff::header(input, &head));
    }
    if pcm::aiff::begins(&head) {
        return pcm(pcm::aiff::header(input, &head));
    }
    if pcm::au::begins(&head) {
        return pcm(pcm::au::header(input, &head));
    }
    if head.starts_with(b"caff") {
        return caf::open(input);
    }
    if head.starts_with(b"OggS") {
        return ogg::open(input);
    }
    if mp4::begins(&head) {
        return mp4::open(input);
    }
    if head.starts_with(b"fLaC") {
        return flac::open(input);
    }
    // Before MPEG, which may begin with anything.
    if let Some(name) = unsupported::file(&head) {
        return Err(input.bad(name));
    }
    match mpeg::open(input)? {
        Some(opened) => Ok(opened),
        None => unknown(input),
    }
}

/// The error for a file that no parser knows.
fn unknown(input: &Input) -> Result<Opened> {
    let head = input.bytes(0, unsupported::HEAD_BYTES)?;
    if unsupported::is_text(&head) {
        return Err(input.bad("text, not audio"));
    }
    let bytes: Vec<String> = head.iter().take(8).map(|b| format!("{b:02X}")).collect();
    Err(input.bad(format!(
        "unknown format, which begins with the bytes {}",
        bytes.join(" ")
    )))
}

#[cfg(test)]
#[path = "../../../tests/formats/files.rs"]
#[allow(dead_code, reason = "other tests use the other tables")]
mod files;
#[cfg(test)]
mod tests;
