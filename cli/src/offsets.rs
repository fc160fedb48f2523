//! Latency offsets of devices, as `amio latency` has measured them: a TOML file of the user's, with a table for
//! each device.

use crate::args::{Correction, Driver, Kind};
use crate::failure::{Failure, Result};
use crate::status::Status;
use amio::{Config, DriverKind, Interface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What is stored of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// As [`Config::latency_offset_frames`].
    pub offset_frames: i32,
    /// At which it was measured.
    pub frame_rate_hz: u32,
}

type Table = BTreeMap<String, Stored>;

/// Opens an interface whose stamps are corrected: by the option, or by what is stored for its device.
pub fn open(
    driver: &Driver,
    correction: &Correction,
    config: Config,
    status: Status,
) -> Result<Interface> {
    let with = |latency_offset_frames| {
        Ok(Interface::new(Config {
            latency_offset_frames,
            ..config.clone()
        })?)
    };
    if let Some(frames) = correction.latency_offset {
        return with(frames);
    }
    let Some(stored) = find(driver)? else {
        return with(0);
    };
    let interface = with(stored.offset_frames)?;
    let rate_hz = interface.frame_rate_hz();
    if rate_hz == stored.frame_rate_hz {
        status.say(format_args!(
            "latency offset: {} frames, as stored for {}",
            stored.offset_frames,
            device(driver)
        ));
        return Ok(interface);
    }
    status.warn(format_args!(
        "the latency offset of {} was measured at {} Hz and is not used at {rate_hz} Hz; \
         `amio latency --store` measures it again",
        device(driver),
        stored.frame_rate_hz
    ));
    interface.close();
    with(0)
}

/// Stores an offset for a device, in place of the one before. Returns the path of the file.
pub fn store(driver: &Driver, stored: Stored) -> Result<PathBuf> {
    let path = path().ok_or_else(|| {
        Failure::Runtime("neither XDG_CONFIG_HOME nor HOME says where to store it".into())
    })?;
    let mut table = read(&path)?;
    table.insert(device(driver), stored);
    let failed = |error| Failure::of_writing(path.display(), &error);
    let text = toml::to_string(&table).map_err(|error| Failure::of(path.display(), error))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    // The file gets its name when it is complete.
    let draft = path.with_extension(format!("{}.part", std::process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
    if let Err(error) = written {
        // It may not have been made.
        let _ = fs::remove_file(&draft);
        return Err(failed(error));
    }
    Ok(path)
}

/// What a device is called in the file: its driver, and its server or ALSA's names if these are not the default ones.
pub fn device(driver: &Driver) -> String {
    let name = DriverKind::from(driver.kind).name();
    let output = match driver.kind {
        Kind::Alsa => &driver.alsa.device,
        Kind::Jack | Kind::Null => &driver.server,
    };
    let mut parts = vec![name];
    parts.extend(output.as_deref());
    let device = parts.join(":");
    match &driver.alsa.input_device {
        Some(input) => format!("{device}, input {input}"),
        None => device,
    }
}

fn find(driver: &Driver) -> Result<Option<Stored>> {
    let table = path().map(|path| read(&path)).transpose()?;
    Ok(table.and_then(|table| table.get(&device(driver)).copied()))
}

/// Empty if there is no such file.
fn read(path: &Path) -> Result<Table> {
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| Failure::of(path.display(), error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Table::new()),
        Err(error) => Err(Failure::of(path.display(), error)),
    }
}

/// By the XDG Base Directory Specification, in which a relative path counts as none.
fn path() -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("amio/latency.toml"))
}
