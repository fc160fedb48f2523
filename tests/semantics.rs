//! Each rule of `docs/SEMANTICS.md`, in cases that were computed by hand.
//!
//! Each case is played by the library and by the reference renderer of the random tests. Both must give
//! the numbers that are written here.

use crate::reference::arrangement::{
    Arrangement, Command, Interval, Late, Material, Name, Setup, Sound, Step,
};
use crate::reference::compare::check;
use crate::reference::renderer::{Ending, render};
use crate::reference::rig::Periods;

/// A case. By default it has one output, hard cuts, and one clip with the samples 0.01, 0.02, 0.03, ...
struct Case(Arrangement);

impl Case {
    fn new(frames: u64) -> Case {
        let values: Vec<f64> = (1..=100).map(|n| f64::from(n) / 100.0).collect();
        Case(Arrangement {
            setup: Setup::plain(1),
            clips: vec![Material::mono(&values)],
            playspecs: Vec::new(),
            script: Vec::new(),
            frames,
        })
    }

    fn setup(mut self, change: impl Fn(&mut Setup)) -> Case {
        change(&mut self.0.setup);
        self
    }

    fn clip(mut self, clip: Material) -> Case {
        self.0.clips[0] = clip;
        self
    }

    fn playspec(mut self, sounds: Vec<Sound>) -> Case {
        self.0.playspecs.push(sounds);
        self
    }

    fn at(mut self, frame: u64, command: Command) -> Case {
        self.0.script.push(Step { frame, command });
        self
    }

    /// Playspec 0 from the first frame on.
    fn rolling(self) -> Case {
        self.at(0, swap(0, 0, 0, 0, Late::CatchUp))
            .at(0, Command::SetRolling(true))
    }

    /// Checks the first output against hundredths, and how the swaps ended.
    fn gives(&self, hundredths: &[f64], endings: &[(Name, Ending)]) {
        let rendering = render(&self.0);
        let outputs = usize::from(self.0.setup.outputs);
        let first: Vec<f64> = rendering
            .output
            .iter()
            .step_by(outputs)
            .map(|v| v * 100.0)
            .collect();
        assert_eq!(first.len(), hundredths.len(), "{first:.2?}");
        for (frame, (got, want)) in first.iter().zip(hundredths).enumerate() {
            assert!(
                (got - want).abs() < 1e-4,
                "frame {frame}: {first:.2?}, expected {hundredths:?}"
            );
        }
        for (name, ending) in endings {
            assert_eq!(rendering.endings.get(name), Some(ending), "swap {name}");
        }
        for periods in [Periods::Fixed(1), Periods::Fixed(3), Periods::Fixed(64)] {
            check(&self.0, periods).unwrap_or_else(|why| panic!("{periods:?}: {why}"));
        }
    }
}

fn swap(name: Name, playspec: usize, insert_at: i64, start_from: i64, late: Late) -> Command {
    Command::Schedule {
        name,
        playspec,
        insert_at,
        start_from,
        late,
    }
}

fn applied(position: i64, device_frame: u64, late_frames: u64) -> Ending {
    Ending::Applied {
        position,
        device_frame,
        late_frames,
    }
}

/// `frames` of the clip from `begin`, at `play_at`.
fn piece(begin: u64, frames: u64, play_at: i64) -> Sound {
    Sound {
        begin,
        end: begin + frames,
        ..Sound::new(0, 0, play_at)
    }
}

/// A clip whose samples are all 0.40.
fn steady() -> Material {
    Material::mono(&[0.4; 1_000])
}

#[test]
fn an_interface_is_silent_and_stands_at_0_until_it_is_told_to_roll() {
    let case = Case::new(3).playspec(vec![piece(0, 3, 0)]);
    case.at(0, swap(0, 0, 0, 0, Late::CatchUp))
        .gives(&[0.0; 3], &[(0, applied(0, 0, 0))]);
}

#[test]
fn an_entry_plays_its_part_of_the_clip_at_its_place() {
    let case = Case::new(7).playspec(vec![piece(10, 3, 2)]).rolling();
    case.gives(&[0.0, 0.0, 11.0, 12.0, 13.0, 0.0, 0.0], &[]);
}

#[test]
fn an_entry_that_begins_before_0_is_heard_from_its_middle() {
    let case = Case::new(4).playspec(vec![piece(0, 5, -3)]).rolling();
    case.gives(&[4.0, 5.0, 0.0, 0.0], &[]);
}

#[test]
fn repeats_begin_at_the_rounded_multiples_of_a_fraction_halves_upwards() {
    let mut sound = piece(0, 1, 0);
    sound.repeat = Some(Interval {
        numerator: 7,
        denominator: 2,
        count: Some(4),
    });
    let mut expected = [0.0; 16];
    for frame in [0, 4, 7, 11] {
        expected[frame] = 1.0;
    }
    Case::new(16)
        .playspec(vec![sound])
        .rolling()
        .gives(&expected, &[]);
}

#[test]
fn repeats_shorter_than_the_sound_overlap() {
    let mut sound = piece(0, 3, 0);
    sound.repeat = Some(Interval {
        numerator: 2,
        denominator: 1,
        count: None,
    });
    let case = Case::new(6).playspec(vec![sound]).rolling();
    case.gives(&[1.0, 2.0, 4.0, 2.0, 4.0, 2.0], &[]);
}

#[test]
fn fades_are_silent_at_the_first_and_at_the_last_frame() {
    let mut sound = piece(0, 5, 0);
    (sound.fade_in, sound.fade_out) = (2, 2);
    let case = Case::new(6).clip(steady()).playspec(vec![sound]).rolling();
    case.gives(&[0.0, 20.0, 40.0, 20.0, 0.0, 0.0], &[]);
}

#[test]
fn a_mono_clip_sounds_on_two_outputs_and_others_on_as_many_as_they_have() {
    let sound = |clip, first_output| Sound {
        gain: [1.0, 0.5],
        first_output,
        ..Sound::new(clip, 1, 0)
    };
    let mut case = Case::new(1).setup(|setup| setup.outputs = 4);
    case.0.clips = vec![
        Material::mono(&[0.4]),
        Material::new(
            3,
            crate::reference::arrangement::Format::F32,
            true,
            false,
            &[0.1, 0.2, 0.3],
        ),
    ];
    let case = case
        .playspec(vec![sound(0, 0), sound(1, 1), sound(0, 3)])
        .rolling();
    let output: Vec<f64> = render(&case.0)
        .output
        .iter()
        .map(|v| (v * 1e3).round())
        .collect();
    assert_eq!(output, [400.0, 300.0, 100.0, 700.0]);
    case.gives(&[40.0], &[]);
}

#[test]
fn a_stereo_clip_sounds_the_same_however_it_lies_in_memory() {
    // More frames than the engine mixes at once; the entry begins inside a period.
    let values: Vec<f64> = (0..1400).map(|n| f64::from(n % 97) / 128.0).collect();
    let left = values[..700].iter().map(|sample| sample * 50.0);
    let expected: Vec<f64> = std::iter::repeat_n(0.0, 3).chain(left).take(700).collect();
    for (planar, shared) in [(false, true), (false, false), (true, true), (true, false)] {
        let mut case = Case::new(700).setup(|setup| setup.outputs = 2);
        let format = crate::reference::arrangement::Format::F32;
        case.0.clips = vec![Material::new(2, format, planar, shared, &values)];
        let sound = Sound {
            gain: [0.5, 0.25],
            ..Sound::new(0, 700, 3)
        };
        let case = case.playspec(vec![sound]).rolling();
        case.gives(&expected, &[]);
    }
}

#[test]
fn a_swap_takes_over_at_its_frame_and_start_from_sounds_there() {
    let case = Case::new(6)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 100)]);
    let case = case.rolling().at(0, swap(1, 1, 3, 105, Late::CatchUp));
    case.gives(
        &[1.0, 2.0, 3.0, 26.0, 27.0, 28.0],
        &[(1, applied(105, 3, 0))],
    );
}

#[test]
fn a_late_swap_catches_up_slips_or_is_refused() {
    for (late, expected, ending) in [
        (
            Late::CatchUp,
            [1.0, 2.0, 3.0, 4.0, 23.0, 24.0],
            applied(2, 4, 2),
        ),
        (
            Late::Slip,
            [1.0, 2.0, 3.0, 4.0, 21.0, 22.0],
            applied(0, 4, 2),
        ),
        (
            Late::Refuse,
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            Ending::Refused { device_frame: 4 },
        ),
    ] {
        let case = Case::new(6)
            .playspec(vec![piece(0, 50, 0)])
            .playspec(vec![piece(20, 50, 0)]);
        let case = case.rolling().at(4, swap(1, 1, 2, 0, late));
        case.gives(&expected, &[(1, ending)]);
    }
}

#[test]
fn each_swap_of_a_chain_is_on_the_timeline_of_its_predecessor() {
    let case = Case::new(6)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(0, 50, 0)]);
    let case = case
        .rolling()
        .at(0, swap(1, 1, 2, 20, Late::CatchUp))
        .at(0, swap(2, 0, 22, 5, Late::CatchUp));
    case.gives(
        &[1.0, 2.0, 21.0, 22.0, 6.0, 7.0],
        &[(1, applied(20, 2, 0)), (2, applied(5, 4, 0))],
    );
}

#[test]
fn a_swap_that_is_taken_over_at_its_own_frame_is_superseded() {
    let case = Case::new(4).playspec(vec![piece(0, 50, 0)]);
    let case = case
        .rolling()
        .at(0, swap(1, 0, 2, 30, Late::CatchUp))
        .at(0, swap(2, 0, 28, 10, Late::CatchUp));
    let endings = [
        (1, Ending::Superseded { device_frame: 2 }),
        (2, applied(12, 2, 2)),
    ];
    case.gives(&[1.0, 2.0, 13.0, 14.0], &endings);
}

#[test]
fn a_swap_whose_place_is_not_reached_waits_while_the_transport_is_stopped() {
    let case = Case::new(6)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 0)]);
    let case = case
        .rolling()
        .at(0, swap(1, 1, 3, 0, Late::CatchUp))
        .at(2, Command::SetRolling(false))
        .at(4, Command::SetRolling(true));
    case.gives(&[1.0, 2.0, 0.0, 0.0, 3.0, 21.0], &[(1, applied(0, 5, 0))]);
}

#[test]
fn a_swap_that_is_due_takes_over_while_the_transport_is_stopped() {
    let case = Case::new(5)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 0)]);
    let case = case
        .rolling()
        .at(2, Command::SetRolling(false))
        .at(3, swap(1, 1, 0, 10, Late::CatchUp))
        .at(4, Command::SetRolling(true));
    case.gives(&[1.0, 2.0, 0.0, 0.0, 33.0], &[(1, applied(12, 3, 2))]);
}

#[test]
fn a_seek_to_after_a_swap_makes_it_late() {
    let case = Case::new(4)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 0)]);
    let case = case
        .rolling()
        .at(0, swap(1, 1, 10, 0, Late::CatchUp))
        .at(2, Command::SetPosition(13));
    case.gives(&[1.0, 2.0, 24.0, 25.0], &[(1, applied(3, 2, 3))]);
}

#[test]
fn what_is_cancelled_at_its_own_frame_does_not_take_over() {
    let case = Case::new(4)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 0)]);
    let case = case
        .rolling()
        .at(0, swap(1, 1, 2, 0, Late::CatchUp))
        .at(2, Command::Cancel(1));
    let ending = Ending::Cancelled { device_frame: 2 };
    case.gives(&[1.0, 2.0, 3.0, 4.0], &[(1, ending)]);
}

#[test]
fn the_commands_of_a_group_are_carried_out_in_their_order() {
    let group = vec![
        Command::SetPosition(10),
        Command::SetRolling(true),
        swap(0, 0, 20, 5, Late::Slip),
        Command::SetPosition(30),
    ];
    let case = Case::new(2).playspec(vec![piece(0, 50, 0)]);
    case.at(0, Command::Group(group))
        .gives(&[6.0, 7.0], &[(0, applied(5, 0, 10))]);
}

#[test]
fn a_gain_ramp_goes_on_from_the_gain_in_force() {
    let ramp = |to, ramp| Command::SetGain {
        playspec: 0,
        entry: 0,
        gain: [to, 1.0],
        ramp,
    };
    let case = Case::new(9)
        .clip(steady())
        .playspec(vec![piece(0, 50, 0)])
        .rolling();
    let case = case
        .at(1, ramp(0.0, 4))
        .at(3, ramp(1.0, 2))
        .at(7, ramp(0.25, 0));
    case.gives(&[40.0, 40.0, 30.0, 20.0, 30.0, 40.0, 40.0, 10.0, 10.0], &[]);
}

#[test]
fn a_gain_belongs_to_the_playspec_also_where_it_is_scheduled_later() {
    let set_gain = Command::SetGain {
        playspec: 1,
        entry: 0,
        gain: [0.5, 1.0],
        ramp: 4,
    };
    let case = Case::new(5)
        .clip(steady())
        .playspec(vec![])
        .playspec(vec![piece(0, 50, 0)]);
    let case = case
        .rolling()
        .at(0, set_gain)
        .at(0, swap(1, 1, 2, 2, Late::CatchUp));
    case.gives(&[0.0, 0.0, 30.0, 25.0, 20.0], &[]);
}

#[test]
fn a_stop_fades_away_and_a_start_comes_in() {
    let case = Case::new(12)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let case = case
        .playspec(vec![piece(0, 50, 0)])
        .rolling()
        .at(1, Command::SetRolling(false))
        .at(6, Command::SetRolling(true));
    let expected = [
        40.0, 40.0, 30.0, 20.0, 10.0, 0.0, 0.0, 10.0, 20.0, 30.0, 40.0, 40.0,
    ];
    case.gives(&expected, &[]);
}

#[test]
fn what_begins_where_a_seek_arrives_is_not_scaled_and_what_began_before_is() {
    let case = Case::new(4)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let case = case
        .playspec(vec![piece(0, 50, 100), piece(0, 50, 99)])
        .rolling()
        .at(0, Command::SetPosition(100));
    case.gives(&[40.0, 50.0, 60.0, 70.0], &[]);
}

#[test]
fn nothing_new_begins_in_what_fades_away() {
    let case = Case::new(6)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let case = case
        .playspec(vec![piece(0, 50, 0), piece(0, 50, 1), piece(0, 50, 2)])
        .rolling()
        .at(1, Command::SetPosition(500));
    case.gives(&[40.0, 40.0, 30.0, 20.0, 10.0, 0.0], &[]);
}

#[test]
fn what_fades_away_ends_where_it_would_have_ended_by_itself() {
    let case = Case::new(6)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let case = case
        .playspec(vec![piece(0, 3, 0)])
        .rolling()
        .at(1, Command::SetPosition(500));
    case.gives(&[40.0, 40.0, 30.0, 0.0, 0.0, 0.0], &[]);
}

#[test]
fn sound_at_the_same_place_on_both_sides_of_a_cut_goes_on_as_it_was() {
    let case = Case::new(6)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let quieter = Sound {
        gain: [0.5, 1.0],
        ..piece(10, 50, 100)
    };
    let case = case
        .playspec(vec![piece(10, 50, 0)])
        .playspec(vec![piece(0, 200, 90), quieter])
        .rolling()
        .at(0, swap(1, 1, 2, 102, Late::CatchUp));
    // The first entry continues, although its clip begins at another position in the new playspec. The
    // quieter entry plays from the same source frame, and fades in.
    case.gives(&[40.0, 40.0, 40.0, 45.0, 50.0, 55.0], &[]);
}

#[test]
fn an_entry_that_begins_where_the_old_one_was_cut_takes_over() {
    let case = Case::new(6)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let louder = Sound {
        gain: [2.0, 1.0],
        ..piece(12, 50, 2)
    };
    let case = case
        .playspec(vec![piece(10, 50, 0)])
        .playspec(vec![louder])
        .rolling()
        .at(0, swap(1, 1, 2, 2, Late::CatchUp));
    case.gives(&[40.0, 40.0, 80.0, 80.0, 80.0, 80.0], &[]);
}

#[test]
fn one_of_very_many_entries_that_begin_at_a_cut_takes_over() {
    let silent = Sound {
        gain: [0.0, 0.0],
        ..piece(20, 50, 2)
    };
    let mut many = vec![silent; 300];
    many.push(piece(12, 50, 2));
    let case = Case::new(6)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady())
        .playspec(vec![piece(10, 50, 0)])
        .playspec(many)
        .rolling()
        .at(0, swap(1, 1, 2, 2, Late::CatchUp));
    case.gives(&[40.0; 6], &[]);
}

#[test]
fn what_still_comes_in_is_cut_where_it_has_come_to() {
    let case = Case::new(7)
        .setup(|setup| setup.declick_frames = 4)
        .clip(steady());
    let case = case
        .playspec(vec![piece(0, 500, 0)])
        .rolling()
        .at(0, Command::SetPosition(50))
        .at(2, Command::SetPosition(52));
    // At the first cut, the sound has faded in to 1/2; that half fades out while the second one fades in.
    let both = |first: f64, second: f64| 40.0 * (first + second);
    let expected = [
        0.0,
        10.0,
        both(0.5, 0.0),
        both(0.75 - 0.25, 0.25),
        both(0.5, 0.5),
        both(0.25, 0.75),
        40.0,
    ];
    case.gives(&expected, &[]);
}

#[test]
fn however_many_cuts_overlap_sound_at_the_same_place_goes_on_as_it_was() {
    for (apart, cuts) in [1, 2, 7, 16, 64]
        .into_iter()
        .flat_map(|apart| [2, 8, 31, 40].map(|cuts| (apart, cuts)))
    {
        let frames = 600 + apart * cuts;
        let mut case = Case::new(frames)
            .setup(|setup| setup.declick_frames = 240)
            .clip(Material::mono(&vec![1.0; frames as usize]))
            .playspec(vec![piece(0, frames, 0)])
            .rolling();
        for cut in 0..cuts {
            let at = 300 + apart * cut;
            case = case.at(at, Command::SetPosition(at as i64));
        }
        let output = render(&case.0).output;
        assert!(output.iter().all(|sample| (sample - 1.0).abs() < 1e-9));
        check(&case.0, Periods::Fixed(16)).unwrap_or_else(|why| panic!("{why}"));
    }
}

#[test]
fn the_shortest_sound_between_more_than_31_cuts_ends_at_once() {
    let mut case = Case::new(80)
        .setup(|setup| setup.declick_frames = 1_000)
        .clip(Material::mono(&vec![0.01; 10_000]))
        .playspec(vec![piece(0, 9_000, 0)])
        .rolling();
    for cut in 1..=33 {
        // The eighth scene lasts one frame, the others two.
        let at = 2 * cut - u64::from(cut > 8);
        case = case.at(at, Command::SetPosition(100 * cut as i64));
    }
    let rendering = render(&case.0);
    assert_eq!(rendering.coverage.get("ends for lack of room"), Some(&2));
    check(&case.0, Periods::Fixed(16)).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn skipped_frames_let_the_timeline_slip() {
    let case = Case::new(4)
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 0)]);
    let case = case
        .rolling()
        .at(2, Command::Skip(10))
        .at(2, swap(1, 1, 3, 0, Late::CatchUp));
    case.gives(&[1.0, 2.0, 3.0, 21.0], &[(1, applied(0, 13, 0))]);
}

#[test]
fn skipped_frames_let_the_timeline_catch_up_and_a_swap_in_them_is_late() {
    let case = Case::new(4).setup(|setup| setup.skips_catch_up = true);
    let case = case
        .playspec(vec![piece(0, 50, 0)])
        .playspec(vec![piece(20, 50, 0)])
        .rolling()
        .at(0, swap(1, 1, 8, 0, Late::CatchUp))
        .at(2, Command::Skip(10));
    case.gives(&[1.0, 2.0, 25.0, 26.0], &[(1, applied(4, 12, 4))]);
}
