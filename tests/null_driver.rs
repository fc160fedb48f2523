//! The null driver when it is overloaded.

use amio::{Clip, Config, DriverKind, Entry, Interface, Playspec, State, Swap};

#[test]
fn a_driver_that_cannot_keep_up_stops_all_the_same() {
    let rate = 768_000;
    let mut config = Config::new(DriverKind::Null);
    config.frame_rate_hz = Some(rate);
    config.period_frames = Some(1);
    let interface = Interface::new(config).expect("it opens");
    // Mixing a frame of these entries takes longer than a frame lasts.
    let clip = Clip::from_f32(rate, 2, &vec![0.001; 1 << 20]).expect("it is finite");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0); 1000]).expect("it is valid");
    interface.schedule(&playspec, Swap::at(0)).expect("it fits");
    interface.set_rolling(true).expect("there is room");
    interface.start().expect("it starts");
    while interface.stats().skipped_frames < u64::from(rate) / 100 {
        std::thread::yield_now();
    }
    interface.stop().expect("it stops");
    assert_eq!(interface.state(), State::Stopped);
}
