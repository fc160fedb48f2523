//! The ports that streams use.

use super::client::Client;
use super::midi::{MidiInput, MidiOutput};
use super::port::Port;
use super::process_port::{AudioInput, AudioOutput, Content, ProcessPort};
use crate::error::{Error, Result};

impl Client {
    /// # Errors
    /// [`Error::InvalidArgument`]: it is a port of another client.
    pub(super) fn check_own(&self, port: &ProcessPort) -> Result<()> {
        match port.is_of(self.connection().number) {
            true => Ok(()),
            false => Err(Error::InvalidArgument(
                "the port is one of another client".into(),
            )),
        }
    }
}

/// For the C interface, which knows a port by its [`Port`]: what a stream uses it by. Only one stream is to use an output,
/// and no process handler beside it.
///
/// # Errors
/// Of all of these. [`Error::InvalidArgument`]: it is a port for something else.
impl Port {
    pub(crate) fn audio_input(&self) -> Result<AudioInput> {
        self.checked(Content::Audio, false, "an audio input")
            .map(AudioInput)
    }

    pub(crate) fn audio_output(&self) -> Result<AudioOutput> {
        self.checked(Content::Audio, true, "an audio output")
            .map(AudioOutput)
    }

    pub(crate) fn midi_input(&self) -> Result<MidiInput> {
        MidiInput::new(self.checked(Content::Midi, false, "a MIDI input")?)
    }

    pub(crate) fn midi_output(&self) -> Result<MidiOutput> {
        self.checked(Content::Midi, true, "a MIDI output")
            .map(MidiOutput)
    }

    fn checked(&self, content: Content, is_output: bool, what: &str) -> Result<ProcessPort> {
        let port = self.process_port();
        match port.content() == content && port.is_output() == is_output {
            true => Ok(port.clone()),
            false => Err(Error::InvalidArgument(format!("the port is not {what}"))),
        }
    }
}
