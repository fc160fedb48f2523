//! The options of the driver for ALSA.

use amio::DeviceFormat;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};

const HEADING: &str = "Options for the driver alsa";

/// What is asked of ALSA's devices.
#[derive(clap::Args)]
pub struct Alsa {
    /// ALSA's name of the device, such as hw:0 or plughw:CARD=PCH [default: default]
    #[arg(long, help_heading = HEADING, value_name = "PCM", value_parser = NonEmptyStringValueParser::new())]
    pub device: Option<String>,
    /// The device of the input, if it is another one [default: the same]
    #[arg(long, help_heading = HEADING, value_name = "PCM", value_parser = NonEmptyStringValueParser::new())]
    pub input_device: Option<String>,
    /// The format of the device's samples [default: the one with the most bits that it has]
    #[arg(long, help_heading = HEADING, value_name = "FORMAT", ignore_case = true, value_parser = formats())]
    pub alsa_format: Option<DeviceFormat>,
    /// How many periods the output is ahead of what is heard, 2 to 64; fewer are a shorter latency, more bear
    /// a longer delay [default: 3]
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(2..=64))]
    pub alsa_periods: Option<u32>,
    /// Dither the output, if the device's format has 16 bits or fewer
    #[arg(long, help_heading = HEADING)]
    pub alsa_dither: bool,
    /// Let ALSA convert the frame rate, if the device lacks it
    #[arg(long, help_heading = HEADING)]
    pub alsa_convert_rate: bool,
}

const FORMATS: [DeviceFormat; 11] = [
    DeviceFormat::FloatLe,
    DeviceFormat::FloatBe,
    DeviceFormat::S32Le,
    DeviceFormat::S32Be,
    DeviceFormat::S24Le,
    DeviceFormat::S24Be,
    DeviceFormat::S24In3Le,
    DeviceFormat::S24In3Be,
    DeviceFormat::S16Le,
    DeviceFormat::S16Be,
    DeviceFormat::U8,
];

/// Takes ALSA's names of the formats.
fn formats() -> impl TypedValueParser<Value = DeviceFormat> {
    PossibleValuesParser::new(FORMATS.map(DeviceFormat::name)).try_map(|name| {
        let named = |format: &DeviceFormat| format.name().eq_ignore_ascii_case(&name);
        FORMATS.into_iter().find(named).ok_or("no such format")
    })
}
