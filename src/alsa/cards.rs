//! The PCMs of sound cards, as the controls of the cards tell of them. No PCM is opened.
#![allow(unsafe_code, reason = "calls of libasound")]

use super::failure::{Attempt, Failure};
use super::library::{Library, RawCardInfo, RawControl, RawPcmInfo};
use super::messages::collected;
use super::terms::Direction;
use crate::error::Result;
use crate::sys::NoFork;
use std::ffi::{CStr, CString, c_char, c_int, c_uint};
use std::ptr::{self, NonNull};

/// `SND_CTL_NONBLOCK`.
const NONBLOCK: c_int = 1;

/// A PCM of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardPcm {
    /// ALSA's name for it, which stays when the cards get other numbers.
    pub name: String,
    /// The names of the card and of the PCM, for people.
    pub description: String,
    pub playback: bool,
    pub capture: bool,
}

/// The PCMs of all cards. A card that is pulled out meanwhile has none.
///
/// # Errors
/// [`crate::Error::DriverUnavailable`].
pub(crate) fn card_pcms() -> Result<Vec<CardPcm>> {
    let library = Library::get()?;
    let _whole = NoFork::begin();
    let (pcms, _lines) = collected(library, || {
        let mut pcms = Vec::new();
        let mut card = -1;
        // SAFETY: the place is valid.
        while unsafe { (library.card_next)(&mut card) } >= 0 && card >= 0 {
            if let Ok(control) = Control::open(library, card) {
                pcms.extend(control.pcms().unwrap_or_default());
            }
        }
        pcms
    });
    Ok(pcms)
}

/// Whether a PCM of a card can be opened without keeping it from anybody who uses it. `card` is its number or its id.
pub(super) fn check_free(
    library: &'static Library,
    card: &str,
    device: u32,
    direction: Direction,
) -> std::result::Result<(), String> {
    let unknown = || format!("there is no card {card:?}");
    let name = CString::new(card).map_err(|_| unknown())?;
    // SAFETY: the name ends with NUL.
    let number = unsafe { (library.card_get_index)(name.as_ptr()) };
    if number < 0 {
        return Err(unknown());
    }
    let control = Control::open(library, number).map_err(|failure| failure.to_string())?;
    match control.info(device, direction) {
        Ok(info) if info.subdevices_free() > 0 => Ok(()),
        Ok(_) => Err("it is in use".into()),
        Err(failure) => Err(failure.to_string()),
    }
}

/// The control of a card, open.
struct Control {
    library: &'static Library,
    raw: NonNull<RawControl>,
}

// SAFETY of all calls: the control is open, and the places and texts are valid for the call.
impl Control {
    fn open(library: &'static Library, card: c_int) -> Attempt<Control> {
        const WHAT: &str = "opening the control of its card";
        let name = format!("hw:{card}\0");
        let mut raw = ptr::null_mut();
        // SAFETY: see above.
        let opened = unsafe { (library.ctl_open)(&mut raw, name.as_ptr().cast(), NONBLOCK) };
        Failure::check(WHAT, opened)?;
        let raw = NonNull::new(raw).ok_or(Failure::of(WHAT, (-libc::ENODEV).into()))?;
        Ok(Control { library, raw })
    }

    fn pcms(&self) -> Attempt<Vec<CardPcm>> {
        let card = CardInfo::of(self)?;
        let mut pcms = Vec::new();
        let mut device = -1;
        // SAFETY: see above.
        while unsafe { (self.library.ctl_pcm_next_device)(self.raw.as_ptr(), &mut device) } >= 0
            && device >= 0
        {
            let info = |direction| self.info(device.cast_unsigned(), direction).ok();
            let (playback, capture) = (info(Direction::Playback), info(Direction::Capture));
            let Some(either) = playback.as_ref().or(capture.as_ref()) else {
                continue;
            };
            pcms.push(CardPcm {
                name: format!("hw:CARD={},DEV={device}", card.id()),
                description: format!("{}, {}", card.name(), either.name()),
                playback: playback.is_some(),
                capture: capture.is_some(),
            });
        }
        Ok(pcms)
    }

    fn info(&self, device: c_uint, direction: Direction) -> Attempt<PcmInfo> {
        const WHAT: &str = "asking its card for it";
        let library = self.library;
        let mut raw = ptr::null_mut();
        // SAFETY: see above.
        let made = unsafe { (library.pcm_info_malloc)(&mut raw) };
        Failure::check(WHAT, made)?;
        let raw = NonNull::new(raw).ok_or(Failure::of(WHAT, (-libc::ENOMEM).into()))?;
        let info = PcmInfo { library, raw };
        // SAFETY: see above; the information is ours.
        let asked = unsafe {
            (library.pcm_info_set_device)(raw.as_ptr(), device);
            (library.pcm_info_set_subdevice)(raw.as_ptr(), 0);
            (library.pcm_info_set_stream)(raw.as_ptr(), direction.number());
            (library.ctl_pcm_info)(self.raw.as_ptr(), raw.as_ptr())
        };
        Failure::check(WHAT, asked)?;
        Ok(info)
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // SAFETY: it is open, and is not used again.
        unsafe { (self.library.ctl_close)(self.raw.as_ptr()) };
    }
}

/// What a control tells of its card.
struct CardInfo {
    library: &'static Library,
    raw: NonNull<RawCardInfo>,
}

impl CardInfo {
    fn of(control: &Control) -> Attempt<CardInfo> {
        const WHAT: &str = "asking for the card";
        let library = control.library;
        let mut raw = ptr::null_mut();
        // SAFETY: the place is valid.
        let made = unsafe { (library.ctl_card_info_malloc)(&mut raw) };
        Failure::check(WHAT, made)?;
        let raw = NonNull::new(raw).ok_or(Failure::of(WHAT, (-libc::ENOMEM).into()))?;
        let info = CardInfo { library, raw };
        // SAFETY: the control is open, and the information is ours.
        let asked = unsafe { (library.ctl_card_info)(control.raw.as_ptr(), raw.as_ptr()) };
        Failure::check(WHAT, asked)?;
        Ok(info)
    }

    fn id(&self) -> String {
        // SAFETY: the text is the information's.
        unsafe { text((self.library.ctl_card_info_get_id)(self.raw.as_ptr())) }
    }

    fn name(&self) -> String {
        // SAFETY: as above.
        unsafe { text((self.library.ctl_card_info_get_name)(self.raw.as_ptr())) }
    }
}

impl Drop for CardInfo {
    fn drop(&mut self) {
        // SAFETY: it is ours, and is not used again.
        unsafe { (self.library.ctl_card_info_free)(self.raw.as_ptr()) };
    }
}

/// What a control tells of a PCM in one direction.
struct PcmInfo {
    library: &'static Library,
    raw: NonNull<RawPcmInfo>,
}

impl PcmInfo {
    fn name(&self) -> String {
        // SAFETY: the text is the information's.
        unsafe { text((self.library.pcm_info_get_name)(self.raw.as_ptr())) }
    }

    /// How many more programs can open it.
    fn subdevices_free(&self) -> u32 {
        // SAFETY: the information is ours.
        unsafe { (self.library.pcm_info_get_subdevices_avail)(self.raw.as_ptr()) }
    }
}

impl Drop for PcmInfo {
    fn drop(&mut self) {
        // SAFETY: it is ours, and is not used again.
        unsafe { (self.library.pcm_info_free)(self.raw.as_ptr()) };
    }
}

/// # Safety
/// A text that ends with NUL, or null.
unsafe fn text(raw: *const c_char) -> String {
    match raw.is_null() {
        true => String::new(),
        // SAFETY: promised by the caller.
        false => unsafe { CStr::from_ptr(raw) }
            .to_string_lossy()
            .into_owned(),
    }
}
