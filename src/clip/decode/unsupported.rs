//! The names of what is not supported, so that a refusal says what was found: kinds of files by
//! how they begin, and codecs by their numbers.

/// What a file is that begins with these bytes, if it is of a kind that is known and not read here.
pub fn file(head: &[u8]) -> Option<&'static str> {
    let begins = |(at, bytes, _): &&(usize, &[u8], &str)| {
        head.get(*at..).is_some_and(|rest| rest.starts_with(bytes))
    };
    let file = FILES.iter().find(begins).map(|(_, _, name)| *name);
    file.or_else(|| by_structure(head))
}

/// Whether these bytes from the beginning of a file are text.
pub fn is_text(head: &[u8]) -> bool {
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let whole = match std::str::from_utf8(head) {
        Ok(text) => text.len(),
        // A character may be cut off at the end.
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => 0,
    };
    whole >= 4 && !head[..whole].iter().any(is_control)
}

/// Bytes at a place, and what has them there; the first line that fits counts.
const FILES: &[(usize, &[u8], &str)] = &[
    (0, b"\x1A\x45\xDF\xA3", "Matroska or WebM"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "ASF (WMA, WMV)"),
    (8, b"AVI ", "AVI"),
    (0, b"FLV\x01", "Flash video (FLV)"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xFD", "RealAudio"),
    (0, b"\0\0\x01\xBA", "MPEG-PS"),
    (0, b"\0\0\x01\xB3", "MPEG video"),
    (0, b"ADIF", "AAC in ADIF"),
    (0, b"FWS", "Flash (SWF)"),
    (0, b"CWS", "Flash (SWF)"),
    (0, b"nut/multimedia container", "NUT"),
    (0, b"STRM", "AST"),
    (0, b"MMMD", "SMAF (MMF)"),
    (0, b"\xC0\xDE\xC2", "Codec 2"),
    (0, b".SoX", "SoX's own format"),
    (0, b"XoS.", "SoX's own format"),
    (0, b" paf", "Ensoniq PARIS (PAF)"),
    (0, b"fap ", "Ensoniq PARIS (PAF)"),
    (0, b"MATLAB 5.0 MAT-file", "MATLAB"),
    (0, b"Extended Instrument: ", "a FastTracker instrument (XI)"),
    (0, b"\xF0\x7E", "MIDI Sample Dump (SDS)"),
    (65, b"FSSD", "Macintosh HCOM"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio (TTA)"),
    (0, b"TTA2", "True Audio (TTA)"),
    (0, b"tBaK", "TAK"),
    (0, b"OFR ", "OptimFROG"),
    (0, b"LA0", "Lossless Audio (LA)"),
    (0, b"ajkg", "Shorten"),
    (0, b"TWIN", "TwinVQ"),
    (0, b"DSD ", "DSD (DSF)"),
    (0, b"FRM8", "DSD (DSDIFF)"),
    (0, b"#!AMR", "AMR"),
    (0, b"#!SILK", "SILK"),
    (0, b"\x02#!SILK", "SILK"),
    (0, b"DTSHDHDR", "DTS-HD"),
    (0, b"\x7F\xFE\x80\x01", "DTS"),
    (0, b"\xFE\x7F\x01\x80", "DTS"),
    (0, b"\x1F\xFF\xE8\x00", "DTS"),
    (0, b"\xFF\x1F\x00\xE8", "DTS"),
    (4, b"\xF8\x72\x6F\xBA", "Dolby TrueHD"),
    (4, b"\xF8\x72\x6F\xBB", "MLP"),
    (0, b"Creative Voice File\x1A", "Creative Voice (VOC)"),
    (0, b"NIST_1A", "NIST SPHERE"),
    (8, b"8SVX", "IFF 8SVX"),
    (8, b"16SV", "IFF 16SV"),
    (8, b"MAUD", "IFF MAUD"),
    (0, b"\x64\xA3\x01\0", "IRCAM"),
    (0, b"\x64\xA3\x02\0", "IRCAM"),
    (0, b"\0\x02\xA3\x64", "IRCAM"),
    (0, b"SOUND SAMPLE DATA ", "SampleVision"),
    (0, b"ALawSoundFile**", "Psion WVE"),
    (0, b"2BIT", "AVR"),
    (0, b"PVF1", "Portable Voice Format"),
    (0, b"MThd", "MIDI, which is notes, not audio"),
    (8, b"RMID", "MIDI, which is notes, not audio"),
    (0, b"IMPM", "a tracker module (IT)"),
    (0, b"Extended Module: ", "a tracker module (XM)"),
    (8, b"sfbk", "a SoundFont"),
    (8, b"XWMA", "xWMA"),
    (8, b"WEBP", "an image (WebP)"),
    (0, b"\x89PNG\r\n\x1A\n", "an image (PNG)"),
    (0, b"\xFF\xD8\xFF", "an image (JPEG)"),
    (0, b"GIF8", "an image (GIF)"),
    (0, b"II*\0", "an image (TIFF)"),
    (0, b"MM\0*", "an image (TIFF)"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "a zip archive"),
    (0, b"\x1F\x8B\x08", "compressed by gzip"),
    (0, b"BZh", "compressed by bzip2"),
    (0, b"\xFD7zXZ\0", "compressed by xz"),
    (0, b"\x28\xB5\x2F\xFD", "compressed by zstd"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7FELF", "a program (ELF)"),
    (0, b"SQLite format 3\0", "a SQLite database"),
    (0, b"RIFF", "RIFF without WAVE"),
    (0, b"FORM", "IFF without AIFF"),
];

/// As many bytes from the beginning as these tests need.
pub const HEAD_BYTES: u64 = 1024;

/// What is told by more than its first bytes.
fn by_structure(head: &[u8]) -> Option<&'static str> {
    let is_at = |byte: u8, places: &[usize]| places.iter().all(|at| head.get(*at) == Some(&byte));
    // A packet of 188 bytes begins with a sync byte; M2TS puts four bytes of time before each.
    if is_at(b'G', &[0, 188, 376, 564]) || is_at(b'G', &[4, 196, 388, 580]) {
        return Some("MPEG-TS");
    }
    match head {
        [0x56, 0xE0..=0xFF, ..] => Some("AAC in LOAS (LATM)"),
        // The version of the stream's syntax is in five bits.
        [0x0B, 0x77, _, _, _, version, ..] => match version >> 3 {
            0..=10 => Some("AC-3"),
            11..=16 => Some("E-AC-3"),
            _ => None,
        },
        // The size of the headers, of the few that exist.
        [b'B', b'M', ..]
            if matches!(head.get(14..18), Some([12 | 40 | 56 | 108 | 124, 0, 0, 0])) =>
        {
            Some("an image (BMP)")
        }
        _ => None,
    }
}

/// What Microsoft's `mmreg.h`, and custom, call the codecs of WAV.
pub fn wave_codec(codec: u16) -> &'static str {
    match codec {
        0x0002 => "Microsoft ADPCM",
        0x0005 => "IBM CVSD",
        0x0010 => "OKI ADPCM",
        0x0011 => "IMA ADPCM",
        0x0016 => "G.723 ADPCM",
        0x0017 => "Dialogic OKI ADPCM",
        0x0020 => "Yamaha ADPCM",
        0x0022 => "TrueSpeech",
        0x0031 => "GSM 6.10",
        0x0038 => "RealAudio",
        0x0040 | 0x0085 => "G.721 ADPCM",
        0x0042 | 0x0111 => "G.723.1",
        0x0045 | 0x0064 => "G.726 ADPCM",
        0x0050 => "MPEG",
        0x0055 => "MP3",
        0x0065 => "G.722 ADPCM",
        0x0083 | 0x0133 => "G.729",
        0x0061 | 0x0062 => "Duck ADPCM",
        0x0075 => "Voxware",
        0x0092 | 0x2000 => "AC-3",
        0x00FF | 0x1600 | 0x1610 | 0xA106 => "AAC",
        0x0130 => "ACELP",
        0x0160..=0x0163 => "Windows Media Audio",
        0x0200 => "Creative ADPCM",
        0x0270 => "ATRAC3",
        0x2001 => "DTS",
        0x5756 => "WavPack",
        0x566F | 0x674F..=0x6751 | 0x676F..=0x6771 => "Vorbis",
        0x704F => "Opus",
        0xA109 => "Speex",
        0xF1AC => "FLAC",
        0xFFFE => "an extension",
        _ => "unknown",
    }
}

/// Codecs that have four characters for a name, in AIFF-C, CAF and MP4.
pub fn codec(name: [u8; 4]) -> Option<&'static str> {
    Some(match &name {
        b"ima4" => "ima4 (IMA ADPCM)",
        b"MAC3" => "MAC3 (MACE 3:1)",
        b"MAC6" => "MAC6 (MACE 6:1)",
        b"ADP4" => "ADP4 (Intel DVI ADPCM)",
        b"ACE2" => "ACE2 (ACE 2:1)",
        b"ACE8" => "ACE8 (ACE 8:3)",
        b"GSM " | b"agsm" => "GSM 6.10",
        b"G722" => "G.722 ADPCM",
        b"G726" => "G.726 ADPCM",
        b"G728" => "G.728",
        b"DWVW" => "DWVW (delta width variable word)",
        b"SDX2" => "SDX2 (delta)",
        b"Qclp" | b"QCLP" => "QCELP (Qualcomm PureVoice)",
        b"QDMC" | b"QDM2" => "QDesign Music",
        b".mp1" => "MP1",
        b".mp2" => "MP2",
        b".mp3" => "MP3",
        b"ac-3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"opus" | b"Opus" => "Opus",
        b"flac" | b"fLaC" => "FLAC",
        b"ilbc" => "iLBC",
        b"samr" | b"sawb" => "AMR",
        b"dtsc" | b"dtse" | b"dtsh" | b"dtsl" => "DTS",
        b"sowt" | b"twos" | b"lpcm" | b"ipcm" | b"fpcm" => "PCM",
        b"aacl" => "AAC-LD",
        b"aace" => "AAC-ELD",
        b"usac" => "xHE-AAC",
        b"rt24" | b"rt29" => "Voxware",
        _ => return None,
    })
}

/// The encodings of AU, from `audio/au.h` of Sun and NeXT.
pub fn au_encoding(number: u32) -> &'static str {
    match number {
        8..=10 => "fragments of a NeXT sound",
        11..=14 => "fixed point or a DSP program",
        19 | 20 => "emphasised 16-bit PCM",
        23 => "G.721 ADPCM",
        24 => "G.722 ADPCM",
        25 | 26 => "G.723 ADPCM",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::is_text;
    use crate::clip::decode::files::{Folder, Sound, make, recipes};
    use crate::clip::decode::probe;
    use std::fs;
    use std::path::Path;

    /// Made by tools: the name of the file, how it is made, and what is found in it.
    const MADE: &str = "
        a.mka     ffmpeg -v error -i $in $out                          # Matroska or WebM;
        a.webm    ffmpeg -v error -i $in $out                          # Matroska or WebM;
        a.wma     ffmpeg -v error -i $in $out                          # ASF (WMA, WMV);
        a.avi     ffmpeg -v error -i $in $out                          # AVI;
        a.ts      ffmpeg -v error -i $in $out                          # MPEG-TS;
        a.m2ts    ffmpeg -v error -i $in $out                          # MPEG-TS;
        a.vob     ffmpeg -v error -i $in $out                          # MPEG-PS;
        a.tta     ffmpeg -v error -i $in $out                          # True Audio (TTA);
        a.wv      ffmpeg -v error -i $in $out                          # WavPack;
        a.ac3     ffmpeg -v error -i $in $out                          # AC-3;
        a.eac3    ffmpeg -v error -i $in $out                          # E-AC-3;
        a.dts     ffmpeg -v error -i $in -strict -2 $out               # DTS;
        a.thd     ffmpeg -v error -i $in -strict -2 -f truehd $out     # Dolby TrueHD;
        a.flv     ffmpeg -v error -i $in $out                          # Flash video (FLV);
        a.rm      ffmpeg -v error -i $in $out                          # RealMedia;
        a.voc     sox $in $out                                         # Creative Voice (VOC);
        a.8svx    sox $in -c 1 $out                                    # IFF 8SVX;
        a.sph     sox $in $out                                         # NIST SPHERE;
        a.amr-nb  sox $in -r 8000 -c 1 $out                            # AMR;
        a.gz      gzip -c $in >$out                                    # compressed by gzip;
        ima4.aifc ffmpeg -v error -i $in -c:a adpcm_ima_qt -f aiff $out  # AIFF-C with codec ima4 (IMA ADPCM);
        ms.wav    ffmpeg -v error -i $in -c:a adpcm_ms $out            # codec 0x0002 (Microsoft ADPCM);
        mp3.wav   ffmpeg -v error -i $in -c:a mp3 $out                 # codec 0x0055 (MP3);
        gsm.wav   sox $in -r 8000 -c 1 -e gsm $out                     # codec 0x0031 (GSM 6.10);
        ima4.caf  ffmpeg -v error -i $in -c:a adpcm_ima_qt $out        # CAF with codec ima4 (IMA ADPCM);
        mp3.caf   ffmpeg -v error -i $in -c:a mp3 $out                 # CAF with codec MP3;
    ";

    /// What no tool at hand makes, by its beginning.
    const BEGINNINGS: [(&[u8], &str); 25] = [
        (b"\x56\xE1\x2B\0", "AAC in LOAS (LATM);"),
        (b"nut/multimedia container\0", "NUT;"),
        (b".SoX\x1C\0\0\0", "SoX's own format;"),
        (b"MAC \x96\x0F\0\0", "Monkey's Audio;"),
        (b"MPCKSH", "Musepack;"),
        (b"MP+\x07", "Musepack;"),
        (b"tBaK\x01", "TAK;"),
        (b"OFR \x0C\0\0\0", "OptimFROG;"),
        (b"ajkg\x02", "Shorten;"),
        (b"DSD \x1C\0\0\0", "DSD (DSF);"),
        (b"FRM8\0\0\0\0\0\0\0\x10DSD ", "DSD (DSDIFF);"),
        (b"ADIF\0\0\0\0", "AAC in ADIF;"),
        (b"MThd\0\0\0\x06", "MIDI, which is notes, not audio;"),
        (b"RIFF\x10\0\0\0RMID", "MIDI, which is notes, not audio;"),
        (b"RIFF\x10\0\0\0CDXA", "RIFF without WAVE;"),
        (b"\x89PNG\r\n\x1A\n", "an image (PNG);"),
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "an image (JPEG);"),
        (b"GIF89a", "an image (GIF);"),
        (b"%PDF-1.7\n%\xE2", "a PDF document;"),
        (b"PK\x03\x04\x14\0", "a zip archive;"),
        (b"\x7FELF\x02\x01", "a program (ELF);"),
        (b"<!DOCTYPE html>\n<html>", "text, not audio;"),
        ("größer als Ton\n".as_bytes(), "text, not audio;"),
        (
            b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
            "an image (BMP);",
        ),
        (
            b"\x01\x02\x03",
            "unknown format, which begins with the bytes 01 02 03;",
        ),
    ];

    #[track_caller]
    fn assert_refused(path: &Path, found: &str) {
        let error = probe(path).expect_err("it is not supported").to_string();
        let expected = format!("{found} supported: ");
        assert!(error.contains(&expected), "{error}");
    }

    #[test]
    fn what_is_not_supported_is_refused_by_its_name() {
        let folder = Folder::new("unsupported");
        let source = folder.path().join("source.wav");
        let sound = Sound {
            frame_rate_hz: 48_000,
            channels: 2,
            frames: 24_000,
        };
        sound.write(&source);
        for (name, line) in recipes(MADE) {
            let (line, found) = line.split_once('#').expect("a name comes last");
            let path = folder.path().join(name);
            make(line, &source, &path);
            assert_refused(&path, found.trim());
        }
        let path = folder.path().join("file");
        for (beginning, found) in BEGINNINGS {
            fs::write(&path, beginning).expect("the folder is writable");
            assert_refused(&path, found);
            // An ID3 tag before it changes nothing.
            let tagged = [b"ID3\x03\0\0\0\0\0\x02ab", beginning].concat();
            fs::write(&path, tagged).expect("the folder is writable");
            assert_refused(&path, found);
        }
    }

    #[test]
    fn text_may_be_cut_off_in_a_character() {
        assert!(is_text("größer".as_bytes()));
        assert!(is_text(&"mehr Größe".as_bytes()[..8]));
        assert!(!is_text(b"text\0"));
        assert!(!is_text(b"\xFFtext"));
        assert!(!is_text(b"abc"), "too little to tell");
    }
}
