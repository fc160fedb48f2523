//! MIDI events in words.

/// Bytes as hexadecimal digits: `90 3c 40`.
pub fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// What an event says. Channels are counted from 1, as on instruments.
pub fn described(bytes: &[u8]) -> String {
    let Some((&status, data)) = bytes.split_first() else {
        return "empty".into();
    };
    let channel = (status & 0x0f) + 1;
    let value = |high: u8, low: u8| u16::from(high) << 7 | u16::from(low);
    match (status & 0xf0, data) {
        (0x80, [key, velocity]) => {
            format!("channel {channel}: note {key} off, velocity {velocity}")
        }
        (0x90, [key, 0]) => format!("channel {channel}: note {key} off"),
        (0x90, [key, velocity]) => format!("channel {channel}: note {key} on, velocity {velocity}"),
        (0xa0, [key, pressure]) => format!("channel {channel}: note {key}, pressure {pressure}"),
        (0xb0, [number, value]) => format!("channel {channel}: controller {number} is {value}"),
        (0xc0, [program]) => format!("channel {channel}: program {program}"),
        (0xd0, [pressure]) => format!("channel {channel}: pressure {pressure}"),
        (0xe0, [low, high]) => {
            let bend = i32::from(value(*high, *low)) - 0x2000;
            format!("channel {channel}: pitch bend {bend}")
        }
        (0xf0, data) => system(status, data, value),
        _ => "not a complete message".into(),
    }
}

fn system(status: u8, data: &[u8], value: impl Fn(u8, u8) -> u16) -> String {
    match (status, data) {
        (0xf0, data) => format!("system exclusive, {} bytes", data.len() + 1),
        (0xf1, [piece]) => format!("time code quarter frame {piece}"),
        (0xf2, [low, high]) => format!("song position {}", value(*high, *low)),
        (0xf3, [song]) => format!("song {song}"),
        (0xf6, []) => "tune request".into(),
        (0xf8, []) => "clock".into(),
        (0xfa, []) => "start".into(),
        (0xfb, []) => "continue".into(),
        (0xfc, []) => "stop".into(),
        (0xfe, []) => "active sensing".into(),
        (0xff, []) => "reset".into(),
        _ => "not a complete message".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_described() {
        for (bytes, expected) in [
            (&[0x90, 60, 64][..], "channel 1: note 60 on, velocity 64"),
            (&[0x9f, 60, 0], "channel 16: note 60 off"),
            (&[0xb1, 7, 127], "channel 2: controller 7 is 127"),
            (&[0xc0, 5], "channel 1: program 5"),
            (&[0xe0, 0, 0x40], "channel 1: pitch bend 0"),
            (&[0xe0, 0x7f, 0x7f], "channel 1: pitch bend 8191"),
            (&[0xf0, 1, 2, 0xf7], "system exclusive, 4 bytes"),
            (&[0xf8], "clock"),
            (&[0x90, 60], "not a complete message"),
            (&[60], "not a complete message"),
            (&[], "empty"),
        ] {
            assert_eq!(described(bytes), expected, "{}", hex(bytes));
        }
        assert_eq!(hex(&[0x90, 0x3c, 0]), "90 3c 00");
    }
}
