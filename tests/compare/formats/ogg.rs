//! Vorbis, Opus and FLAC in Ogg: written by encoders, with other pages, and chained.

use crate::case::{Case, NotMade, Workshop};
use crate::references::Reference::{
    self, Ffmpeg, FfmpegLibopus, Flac, Libsndfile, Oggdec, Opusdec,
};
use crate::sound::{Sound, Width};
use crate::writers::ogg::{Layout, Stream, VorbisLengths, opus_frames};

const RATES_HZ: [u32; 8] = [
    8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000,
];
const CHANNELS: [u16; 9] = [1, 1, 2, 2, 2, 3, 4, 6, 8];

pub fn vorbis(shop: Workshop) -> Result<Case, NotMade> {
    contained(shop, &VORBIS)
}

pub fn opus(shop: Workshop) -> Result<Case, NotMade> {
    contained(shop, &OPUS)
}

pub fn flac(mut shop: Workshop) -> Result<Case, NotMade> {
    let sound = shop.sound(&RATES_HZ, &[1, 2, 2, 6], &[Width::Bits16, Width::Bits24]);
    if shop.chance(50, "ffmpeg") {
        shop.encode("ffmpeg -v error -y -i in.wav -c:a flac out.ogg", "out.ogg")?;
    } else {
        let level = shop.rng.count(0, 8);
        shop.encode(
            &format!("flac -s -f --ogg -{level} in.wav -o out.ogg"),
            "out.ogg",
        )?;
    }
    let path = shop.path("out.ogg");
    let mut case = shop.case(path, &sound);
    case.references = &[Flac, Ffmpeg];
    Ok(case)
}

/// The properties of one codec.
struct Codec {
    widths: &'static [Width],
    /// Writes `encoded.ogg`.
    encode: fn(&mut Workshop, &Sound) -> Result<(), NotMade>,
    read: fn(&[u8]) -> Stream,
    /// The rate of the decoded sound, if it is always the same.
    frame_rate_hz: Option<u32>,
    /// The byte of the first packet that holds the number of channels.
    channels_at: usize,
    tolerance: f32,
    references: &'static [Reference],
    /// The references that decode a single link of a chained file correctly.
    references_of_links: &'static [Reference],
    /// Whether the references reject a file whose first pages have no granule positions.
    references_need_granules: bool,
}

const VORBIS: Codec = Codec {
    widths: &[Width::Bits16],
    encode: encode_vorbis,
    read: |file| {
        let mut lengths = VorbisLengths::default();
        Stream::read(file, 3, |headers, packet| lengths.next(headers, packet))
    },
    frame_rate_hz: None,
    channels_at: 11,
    tolerance: 1e-5,
    references: &[Libsndfile, Ffmpeg, Oggdec],
    references_of_links: &[Libsndfile, Oggdec],
    references_need_granules: false,
};

const OPUS: Codec = Codec {
    widths: &[Width::Bits16, Width::Bits24],
    encode: encode_opus,
    read: |file| Stream::read(file, 2, |_, packet| opus_frames(packet)),
    frame_rate_hz: Some(48_000),
    channels_at: 9,
    tolerance: 1e-4,
    references: &[Opusdec, FfmpegLibopus],
    references_of_links: &[Opusdec, FfmpegLibopus],
    references_need_granules: true,
};

/// The mode in which pages on which packets end have no granule position.
const WITHOUT_GRANULE: &str = "first pages without granule";

fn contained(mut shop: Workshop, codec: &Codec) -> Result<Case, NotMade> {
    let mut file = Vec::new();
    let mut sound = shop.sound(&RATES_HZ, &CHANNELS, codec.widths);
    let links = if shop.chance(15, "chained") { 2 } else { 1 };
    let mut frames = Some(0);
    let mut channels = sound.channels;
    // Each link as a file: with the new pages, and with the encoder's pages.
    let (mut relaid_links, mut encoded_links) = (Vec::new(), Vec::new());
    for link in 0..links {
        if link > 0 {
            sound = shop.sound(&[sound.frame_rate_hz], &[sound.channels], codec.widths);
        }
        if links > 1 && sound.frames < 16 {
            shop.mode("a link of a few frames");
        }
        (codec.encode)(&mut shop, &sound)?;
        let encoded = shop.read("encoded.ogg");
        // At low bit rates, opusenc mixes many channels down.
        let coded = encoded[28 + codec.channels_at].into();
        if link > 0 && coded != channels {
            return Err(NotMade("the links have other channels".into()));
        }
        channels = coded;
        encoded_links.push(shop.write(&format!("encoded-{link}.ogg"), &encoded));
        let (bytes, kept) = relaid(&mut shop, codec, encoded, link);
        relaid_links.push(shop.write(&format!("link-{link}.ogg"), &bytes));
        file.extend(bytes);
        let scale = f64::from(codec.frame_rate_hz.unwrap_or(sound.frame_rate_hz))
            / f64::from(sound.frame_rate_hz);
        // At another rate, each encoder rounds the length in its own way.
        let exact = kept && scale == 1.0;
        // ffmpeg's own Vorbis encoder ends with a whole block.
        let exact = exact && !shop.modes.contains(&"ffmpeg (its own)");
        frames = frames
            .filter(|_| exact)
            .map(|sum| sum + sound.frames as u64);
    }
    let path = shop.write("out.ogg", &file);
    let mut case = shop.case(path, &sound);
    case.frames = frames;
    case.channels = channels;
    case.frame_rate_hz = codec.frame_rate_hz.unwrap_or(sound.frame_rate_hz);
    case.tolerance = codec.tolerance;
    case.references = match links {
        1 => codec.references,
        // ffmpeg does not cut off the padding in a link's last packet.
        _ => codec.references_of_links,
    };
    if case.has(WITHOUT_GRANULE) && codec.references_need_granules {
        case.parts = encoded_links;
    } else if links > 1 {
        // The references have poor support for chained files: libsndfile plays only the first link.
        case.parts = relaid_links;
    }
    Ok(case)
}

/// Distributes the packets to other pages; returns whether the file still has the sound's length.
fn relaid(shop: &mut Workshop, codec: &Codec, encoded: Vec<u8>, link: usize) -> (Vec<u8>, bool) {
    if link == 0 && !shop.chance(60, "other pages") {
        return (encoded, true);
    }
    let mut stream = (codec.read)(&encoded);
    stream.serial = stream.serial.wrapping_add(link as u32);
    let mut kept = true;
    let packets = stream.packets.len();
    let mut without_granule = 0;
    // The links of a chained file may be compared with their encoded files. Then the changes here must not
    // change their lengths.
    let is_alone = !shop.modes.contains(&"chained");
    match shop.rng.count(0, 9) {
        // If there is only one page, a later beginning changes the length.
        0 if is_alone || !codec.references_need_granules => {
            shop.mode("granules begin later");
            let frames = shop.rng.count(1, 100_000);
            stream.shift(0, frames);
            kept = false;
        }
        // A jump on the last page changes it too.
        1 if packets > stream.headers + 3 && is_alone => {
            shop.mode("granules jump");
            let from =
                shop.rng
                    .count(stream.headers as u64 + 2, packets as u64 - 1) as usize;
            let frames = shop.rng.count(1, 64);
            stream.shift(from, frames);
            kept = false;
        }
        2 | 3 => {
            shop.mode(WITHOUT_GRANULE);
            without_granule = shop.rng.count(1, 3) as usize;
        }
        _ => {}
    }
    let layout = Layout {
        without_granule,
        no_end: shop.chance(20, "no end of stream"),
        whole_packets: shop.chance(50, "whole packets on pages"),
    };
    // If the only page is not marked as the last, its position cuts off the beginning.
    (stream.write(layout, &mut shop.rng), kept && !layout.no_end)
}

fn encode_vorbis(shop: &mut Workshop, sound: &Sound) -> Result<(), NotMade> {
    let line = match shop.rng.count(0, 9) {
        0..2 => {
            shop.mode("ffmpeg (libvorbis)");
            let quality = shop.rng.count(0, 10);
            format!("ffmpeg -v error -y -i in.wav -c:a libvorbis -q:a {quality} encoded.ogg")
        }
        2 if sound.channels == 2 => {
            shop.mode("ffmpeg (its own)");
            "ffmpeg -v error -y -i in.wav -c:a vorbis -strict experimental encoded.ogg".into()
        }
        3 => {
            shop.mode("libsndfile");
            "sndfile-convert -vorbis in.wav encoded.ogg".into()
        }
        4 => {
            shop.mode("managed bitrate");
            let kbits = 48 * u32::from(sound.channels);
            format!("oggenc -Q --managed -b {kbits} in.wav -o encoded.ogg")
        }
        _ => format!(
            "oggenc -Q -q {} in.wav -o encoded.ogg",
            shop.rng.range(-1, 10)
        ),
    };
    shop.encode(&line, "encoded.ogg")
}

fn encode_opus(shop: &mut Workshop, sound: &Sound) -> Result<(), NotMade> {
    let rng = &mut shop.rng;
    let kbits = rng.count(8, 128) * u64::from(sound.channels);
    let length = *rng.pick(&["2.5", "5", "10", "20", "20", "40", "60"]);
    let line = if rng.chance(40) {
        shop.mode("ffmpeg (libopus)");
        let rng = &mut shop.rng;
        let vbr = *rng.pick(&["on", "off", "constrained"]);
        // The encoder allows frames shorter than 10 ms only for this application, and longer ones for all.
        let application = match length {
            "2.5" | "5" => "lowdelay",
            _ => *rng.pick(&["voip", "audio", "lowdelay"]),
        };
        format!(
            "ffmpeg -v error -y -i in.wav -c:a libopus -b:a {kbits}k -vbr {vbr} -application {application} \
             -frame_duration {length} -compression_level {} encoded.opus",
            rng.count(0, 10)
        )
    } else {
        let kind = *rng.pick(&["", "--speech", "--music"]);
        let rate = *rng.pick(&["--vbr", "--cvbr", "--hard-cbr"]);
        let phase = *rng.pick(&["", "", "--no-phase-inv"]);
        format!(
            "opusenc --quiet --bitrate {kbits} --framesize {length} --comp {} {kind} {rate} {phase} \
             in.wav encoded.opus",
            rng.count(0, 10)
        )
    };
    shop.encode(&line, "encoded.opus")?;
    let made = shop.read("encoded.opus");
    shop.write("encoded.ogg", &made);
    Ok(())
}
