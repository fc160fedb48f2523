//! Known differences: which reference differs from amio, in which files, and why amio is right.
//!
//! Each entry is for one kind of file and one reference, and its test is so narrow that it does not hide
//! other differences. A difference without an entry ends the run with a failure.

use crate::judge::{Difference, How, Other};
use crate::references::Reference::{
    self, Ffmpeg, FfmpegLibopus, Flac, Libsndfile, Mpg123, Oggdec, Opusdec,
};

/// One explained difference.
pub struct Explained {
    /// What the reference does.
    pub what: &'static str,
    /// Why amio is right.
    pub why: &'static str,
    pub holds: fn(&Difference) -> bool,
}

/// The entry that explains a difference.
pub fn find(difference: &Difference) -> Option<&'static Explained> {
    EXPLAINED.iter().find(|entry| (entry.holds)(difference))
}

const EXPLAINED: &[Explained] = &[
    Explained {
        what: "AAC in MP4: ffmpeg plays the padding behind the end",
        why: "The edit list states the length, and ours is that of the sound that was encoded.",
        holds: |d| d.case.format == "AAC in MP4" && d.is_of(Ffmpeg) && d.ends_off_source(1_024),
    },
    Explained {
        what: "AAC in fragments whose beginning was written late: ffmpeg ignores the edit list",
        why: "The edit list says what the encoder put before the sound, and ours is as long as the sound \
              that was encoded. tests/formats/mp4 compares such files with the same packets in one piece.",
        holds: |d| {
            matches!(d.case.format, "AAC in MP4" | "HE-AAC")
                && d.case.has("fragments, edited")
                && d.is_of(Ffmpeg)
                && (d.plays_more(2 * 2_048)
                    // Another difference, below, changes the samples.
                    || d.case.has("intensity stereo")
                        && matches!(d.how, How::Samples { ours, theirs, .. }
                            if ours < theirs && theirs < ours + 2 * 2_048))
        },
    },
    Explained {
        what: "AAC with intensity stereo: ffmpeg inverts the second channel where all bands are M/S",
        why: "ISO 14496-3, 4.6.8.2.3: only bands that a mask names one by one (ms_mask_present is 1) \
              are inverted. faad gives what we give.",
        holds: |d| {
            matches!(d.case.format, "ADTS" | "AAC in MP4")
                && d.case.has("intensity stereo")
                && d.is_of(Ffmpeg)
                && matches!(d.how, How::Samples { channels: 0b10, .. })
        },
    },
    Explained {
        what: "Vorbis: ffmpeg ends some frames too late or too early",
        why: "The granule of the last page states the length: ours is that of the sound that was \
              encoded, and libvorbisfile's.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.is_of(Ffmpeg)
                && (d.ends_off_source(8_192) || d.case.frames.is_none() && d.ends_near(8_192))
        },
    },
    Explained {
        what: "MP3 with an Info tag: ffmpeg plays padding behind the end",
        why: "The tag states the padding: ours is the length of the sound that was encoded, and mpg123's.",
        holds: |d| {
            d.case.format == "MP3 of encoders"
                && d.is_of(Ffmpeg)
                && (d.ends_off_source(1_152)
                    || d.gives_source_among(1_152)
                    || d.case.has("rate changed by LAME") && d.plays_more(1_152))
        },
    },
    Explained {
        what: "Vorbis of ffmpeg's own encoder: ffmpeg decodes one channel of some otherwise",
        why: "libsndfile and oggdec, which ask libvorbis, give what we give.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("ffmpeg (its own)")
                && d.is_of(Ffmpeg)
                && matches!(d.how, How::Samples { .. })
        },
    },
    Explained {
        what: "Vorbis of six and eight channels: ffmpeg decodes the one for low frequencies otherwise",
        why: "It has a floor and a residue of its own. libsndfile and oggdec, which ask libvorbis, give what we \
              give.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.channels >= 6
                && d.is_of(Ffmpeg)
                && matches!(d.how, How::Samples { channels: 0b1000, ours, theirs, .. } if ours == theirs)
        },
    },
    Explained {
        what: "Vorbis with one page that has a granule position, not marked as the last: libsndfile and oggdec \
               cut somewhere in the middle",
        why: "They have played the beginning when they come to the position which tells how much of it is to be \
              cut off. ffmpeg gives what we give.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("no end of stream")
                && [Libsndfile, Oggdec].iter().any(|other| d.is_of(*other))
                && match d.how {
                    How::Samples {
                        frame,
                        last,
                        ours,
                        theirs,
                        ..
                    } => {
                        let is_short = last < frame + 16_384;
                        ours == theirs && (is_short || d.case.has("first pages without granule"))
                    }
                    _ => false,
                }
        },
    },
    Explained {
        what: "Chained Vorbis with a link of one page: ffmpeg plays all that it holds",
        why: "Its granule states the length. libsndfile gives what we give.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("chained")
                && d.is_of(Ffmpeg)
                && d.plays_more(8_192)
        },
    },
    Explained {
        what: "Opus of one page: ffmpeg plays all that it holds",
        why: "Its granule states the length. opusdec gives what we give.",
        holds: |d| {
            d.case.format == "Opus"
                && d.is_of(FfmpegLibopus)
                && d.plays_more(5_760)
                && matches!(
                    d.how,
                    How::Length { ours: ..5_760, .. } | How::More { ours: ..5_760, .. }
                )
        },
    },
    Explained {
        what: "Opus of a few frames or none whose granules begin later, or in a link: ffmpeg and opusdec refuse it",
        why: "Nothing forbids it, and we play what there is.",
        holds: |d| {
            d.case.format == "Opus"
                && (d.case.has("granules begin later") || d.case.has("a link of a few frames"))
                && d.is_refused_by_it()
        },
    },
    Explained {
        what: "FLAC behind an ID3v2 tag: flac and libsndfile do not find some",
        why: "They do not know the footer of ID3v2.4. ffmpeg gives what we give.",
        holds: |d| {
            d.case.format.starts_with("FLAC")
                && d.case.has("ID3v2 before")
                && [Flac, Libsndfile].iter().any(|other| d.is_of(*other))
                && d.is_refused_by_it()
        },
    },
    Explained {
        what: "Vorbis with one page of sound: ffmpeg plays all that it holds",
        why: "Its granule states the length: what is too much is cut off at the end, or at the \
              beginning where no page is marked as the last (Vorbis I specification, A.2). \
              libvorbisfile does it.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("other pages")
                && d.is_of(Ffmpeg)
                && matches!(d.how, How::Samples { frame: 0, ours, theirs, .. } if ours < theirs.min(8_192))
        },
    },
    Explained {
        what: "Vorbis whose last page is not marked as the last: ffmpeg and oggdec play what its packets hold",
        why: "Its granule states the length all the same: libsndfile, which asks libvorbisfile for it, and \
              ours are that of the sound that was encoded.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("no end of stream")
                && [Ffmpeg, Oggdec].iter().any(|other| d.is_of(*other))
                && d.plays_more(8_192)
        },
    },
    Explained {
        what: "Vorbis whose granules jump and whose last page is not marked as the last: libsndfile plays as \
               much more",
        why: "Where granules jump, no sound is missing: ours is as long as the sound that was encoded.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("granules jump")
                && d.case.has("no end of stream")
                && d.is_of(Libsndfile)
                && d.ends_near(65)
                && d.plays_more(65)
        },
    },
    Explained {
        what: "Chained Vorbis with a link whose last page is not marked as the last: what references give for \
               each link alone is too long, so that all behind it is too late",
        why: "As above, and in all links but the last libsndfile does it, too. Ours is as long as the sound \
              that was encoded.",
        holds: |d| {
            d.case.format == "Vorbis"
                && d.case.has("chained")
                && d.case.has("no end of stream")
                && d.plays_more(8_192)
        },
    },
    Explained {
        what: "Opus whose last page is not marked as the last: ffmpeg and opusdec play what its packets hold, \
               and opusdec refuses it if it has no other page",
        why: "Its granule states the length all the same, as in Vorbis.",
        holds: |d| {
            d.case.format == "Opus"
                && d.case.has("no end of stream")
                && [FfmpegLibopus, Opusdec].iter().any(|other| d.is_of(*other))
                && (d.plays_more(2 * 5_760) || d.is_of(Opusdec) && d.is_refused_by_it())
        },
    },
    Explained {
        what: "Opus: libopus decodes a short block now and then a little otherwise",
        why: "Decoders need not give the same bits: RFC 6716, section 6, compares them by a measure of quality. \
              Met in sound of twice full scale.",
        holds: |d| {
            d.case.format == "Opus"
                && [FfmpegLibopus, Opusdec].iter().any(|other| d.is_of(*other))
                && matches!(d.how, How::Samples { frame, last, ours, theirs, worst, .. }
                    if ours == theirs && worst < 1e-3 && last < frame + 480)
        },
    },
    Explained {
        what: "Chained Opus with a link of one page: ffmpeg plays all that it holds",
        why: "Its granule states the length. opusdec gives what we give.",
        holds: |d| {
            d.case.format == "Opus"
                && d.case.has("chained")
                && d.is_of(FfmpegLibopus)
                && d.plays_more(2 * 5_760)
        },
    },
    Explained {
        what: "WAV in big-endian order (RIFX): ffmpeg reads samples as little-endian",
        why: "libsndfile wrote the file, and reads it as we do.",
        holds: |d| d.case.has("RIFX") && d.is_of(Ffmpeg) && d.is_of_samples(),
    },
    Explained {
        what: "WAV with a wrong block align: ffmpeg loses what its packets of wrong sizes cut off",
        why: "Frames are as long as bits and channels say. libsndfile gives what we give.",
        holds: |d| d.case.has("wrong block align") && d.is_of(Ffmpeg) && d.is_of_samples(),
    },
    Explained {
        what: "Wave64 of ffmpeg with floats: libsndfile takes them for integers",
        why: "The format is extensible with the GUID of floats, and ffmpeg reads it as we do.",
        holds: |d| {
            d.case.format == "Wave64"
                && d.case.has("ffmpeg, float")
                && d.is_of(Libsndfile)
                && d.is_of_samples()
        },
    },
    Explained {
        what: "AU in little-endian order: ffmpeg reads its header as big-endian",
        why: "libsndfile wrote the file, and reads it as we do.",
        holds: |d| d.case.format == "AU" && d.case.has("little-endian") && d.is_of(Ffmpeg),
    },
    Explained {
        what: "WAV with samples behind a data size of 0: libsndfile finds none",
        why: "The header is that of a program which did not come to its end. What lies behind is no \
              chunk, and ffmpeg takes it for samples as we do.",
        holds: |d| {
            d.case.has("size of 0")
                && d.is_of(Libsndfile)
                && matches!(d.how, How::Length { theirs: 0, .. })
        },
    },
    Explained {
        what: "MP3 and AAC of a few frames: ffmpeg does not recognise them",
        why: "It wants more headers in a row. mpg123 gives what we give for MP3.",
        holds: |d| {
            (matches!(d.case.format, "ADTS" | "HE-AAC") || d.case.format.starts_with("MP3"))
                && d.is_of(Ffmpeg)
                && matches!(d.how, How::TheyRefuse { ours: ..6_000, .. })
        },
    },
    Explained {
        what: "MP3 of one frame: mpg123 gives nothing",
        why: "It wants a second header.",
        holds: |d| {
            d.case.format.starts_with("MP3")
                && d.is_of(Mpg123)
                && matches!(
                    d.how,
                    How::Length {
                        ours: ..=1_152,
                        theirs: 0
                    }
                )
        },
    },
    Explained {
        what: "MP3 joined: mpg123 differs a little behind the place where two files meet",
        why: "It begins anew behind a tag, and the frames of one file overlap with those of the next in ours. \
              Neither file says what belongs there.",
        holds: |d| {
            d.case.format == "MP3 joined"
                && d.is_of(Mpg123)
                && matches!(d.how, How::Samples { frame, last, ours, theirs, .. } if ours == theirs && last < frame + 1_152)
        },
    },
    Explained {
        what: "MP3 of LAME with 8 kbit/s in M/S stereo: mpg123 decodes the difference of the channels otherwise",
        why: "Its granules have some ten bits. ffmpeg and libmad give what we give.",
        holds: |d| {
            d.case.has("8 kbit/s") && d.is_of(Mpg123) && d.is_of_samples() && d.case.channels == 2
        },
    },
    Explained {
        what: "ALAC of one frame: ffmpeg gives nothing",
        why: "The sound that was encoded has one.",
        holds: |d| {
            d.case.format == "ALAC"
                && d.is_of(Ffmpeg)
                && matches!(d.how, How::Length { ours: 1, theirs: 0 })
        },
    },
    Explained {
        what: "MP3 in free format: ffmpeg does not recognise it",
        why: "It does not support it. mpg123 gives what we give.",
        holds: |d| d.case.has("free format") && d.is_of(Ffmpeg) && d.is_refused_by_it(),
    },
    Explained {
        what: "MPEG-2 layer III: ffmpeg decodes some granules otherwise",
        why: "mpg123 gives what we give. Met with values of more than 15, which take extra bits, and in \
              a second channel; the rest of such a file is equal.",
        holds: |d| {
            d.case.format.starts_with("MP3")
                && d.case.frame_rate_hz < 32_000
                && d.is_of(Ffmpeg)
                && d.is_of_samples()
        },
    },
    Explained {
        what: "MP3 in M/S stereo whose channels switch windows apart: mpg123 mixes lines of other bands",
        why: "It sorts the lines of short blocks before it undoes M/S, the standard (ISO 11172-3, 2.4.3.4) \
              after. ffmpeg gives what we give.",
        holds: |d| {
            d.case.format == "MP3 written"
                && d.case.has("M/S")
                && !d.case.has("channels switch windows together")
                && d.case.frame_rate_hz >= 32_000
                && d.is_of(Mpg123)
                && d.is_of_samples()
        },
    },
    Explained {
        what: "FLAC of 32 bits: libsndfile refuses it, and ffmpeg 5 gives nothing",
        why: "flac decodes it, and gives what we give.",
        holds: |d| {
            d.case.format == "FLAC written"
                && (d.case.has("32 bits") || d.case.has("32 bits in two channels"))
                && match d.how {
                    How::TheyRefuse { .. } => d.is_of(Libsndfile) || d.is_of(Ffmpeg),
                    How::Length { theirs: 0, .. } => d.is_of(Ffmpeg),
                    _ => false,
                }
        },
    },
    Explained {
        what: "FLAC whose last block is as short as the order of its predictor: flac and libsndfile drop the block",
        why: "RFC 9639, 9.2.5 and 9.2.6: the first samples are stored as many as the order says, and there are no \
              others. ffmpeg gives what we give.",
        holds: |d| {
            d.case.format == "FLAC written"
                && [Flac, Libsndfile].iter().any(|other| d.is_of(*other))
                && matches!(d.how, How::Length { ours, theirs } if theirs < ours && ours <= theirs + 32)
        },
    },
    Explained {
        what: "FLAC: ffmpeg finds no frame, or not the first ones, in some short files",
        why: "Its parser wants several headers within some 100 KiB, with numbers as its own encoder writes \
              them. flac and libsndfile give what we give.",
        holds: |d| {
            d.case.format.starts_with("FLAC")
                && d.is_of(Ffmpeg)
                && match d.how {
                    How::Length { ours, theirs } | How::Samples { ours, theirs, .. } => {
                        theirs < ours
                    }
                    _ => false,
                }
        },
    },
    Explained {
        what: "Files without a frame: ffmpeg and opusdec refuse them",
        why: "A recording that never began is a file. libsndfile and flac read it as we do.",
        holds: |d| {
            matches!(
                d.case.format,
                "Wave64" | "FLAC in Ogg" | "Opus" | "Vorbis" | "ALAC"
            ) && [Ffmpeg, FfmpegLibopus, Opusdec]
                .iter()
                .any(|other| d.is_of(*other))
                && matches!(d.how, How::TheyRefuse { ours: 0, .. })
        },
    },
    Explained {
        what: "WAV behind an ID3v2 tag: libsndfile does not recognise some",
        why: "It looks for RIFF at few places. ffmpeg gives what we give.",
        holds: |d| {
            d.case.format == "WAV"
                && d.case.has("ID3v2 before")
                && d.is_of(Libsndfile)
                && d.is_refused_by_it()
        },
    },
    Explained {
        what: "WAV and CAF without a frame and with a chunk behind: ffmpeg plays the chunk",
        why: "It is no sound. libsndfile gives what we give.",
        holds: |d| {
            matches!(d.case.format, "WAV" | "CAF")
                && d.is_of(Ffmpeg)
                && matches!(
                    d.how,
                    How::Length {
                        ours: 0,
                        theirs: 1..256
                    }
                )
        },
    },
    Explained {
        what: "AIFF of libsndfile with an odd number of bytes: it has one frame more than the sound",
        why: "libsndfile counts the pad byte in the header, too. All that read it give it.",
        holds: |d| {
            d.case.format == "AIFF"
                && d.other == Other::Source
                && matches!(d.how, How::Length { ours, theirs } if ours == theirs + 1 && theirs % 2 == 1)
        },
    },
    Explained {
        what: "AIFC of libsndfile in little-endian order: ffmpeg does not know its codec",
        why: "libsndfile wrote the file, and reads it as we do.",
        holds: |d| d.case.has("AIFC, little-endian") && d.is_of(Ffmpeg) && d.is_refused_by_it(),
    },
    Explained {
        what: "CAF whose data chunk reaches to the end: libsndfile refuses it",
        why: "Apple's specification allows a size of -1 for the last chunk, and ffmpeg reads it as we do.",
        holds: |d| {
            d.case.format == "CAF"
                && d.case.has("size not known")
                && d.is_of(Libsndfile)
                && d.is_refused_by_it()
        },
    },
];

impl Difference<'_> {
    fn is_of(&self, reference: Reference) -> bool {
        self.other == Other::Reference(reference)
    }

    fn is_refused_by_it(&self) -> bool {
        matches!(self.how, How::TheyRefuse { .. })
    }

    fn is_of_samples(&self) -> bool {
        matches!(self.how, How::Samples { .. })
    }

    /// Whether both are equal up to the end of the shorter one, and their lengths differ by less than
    /// `frames`.
    fn ends_near(&self, frames: usize) -> bool {
        matches!(self.how, How::Length { ours, theirs } if ours.abs_diff(theirs) < frames)
    }

    /// Whether the reference gives all frames that amio gives, and up to `frames` frames more.
    fn plays_more(&self, frames: usize) -> bool {
        match self.how {
            How::Length { ours, theirs } | How::More { ours, theirs } => {
                ours < theirs && theirs < ours + frames
            }
            _ => false,
        }
    }

    /// Whether amio gives exactly the sound that was encoded, and the reference gives it with up to `frames`
    /// frames before or after it.
    fn gives_source_among(&self, frames: usize) -> bool {
        matches!(self.how, How::More { ours, .. } if self.case.frames == Some(ours as u64))
            && self.plays_more(frames)
    }

    /// Whether both are equal up to the end of the shorter one, amio has the length of the sound that was
    /// encoded, and the reference's length differs from it by less than `frames`.
    fn ends_off_source(&self, frames: usize) -> bool {
        match self.how {
            How::Length { ours, theirs } => {
                self.case.frames == Some(ours as u64) && ours.abs_diff(theirs) < frames
            }
            _ => false,
        }
    }
}
