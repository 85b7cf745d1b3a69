"""Mutants of what writes: the disk, the run directory, the shelf."""

from __future__ import annotations

from vidgen_core import disk, rundir
from vidgen_core.executor.publishing import Shelf
from vidgen_core.journal import Journal
from vidgen_core.rundir import RunDirectory

from . import mutant, rewritten

_ORDER = "tests/faults/test_order_of_writes.py::"
_RUNDIR = "tests/rundir/"


@mutant(_ORDER + "test_a_file_is_synced_before_it_gets_its_name", required=True)
def a_writer_without_fsync() -> None:
    """After a power cut a clip has its name, and nothing in it."""
    rewritten(disk.sync_file, ("os.fsync(handle)", "pass"))


@mutant(
    _RUNDIR + "test_files.py::test_a_file_gets_its_name_by_one_rename_on_the_same_disk",
    required=True,
)
def a_writer_without_rename() -> None:
    """Half a clip stands under its name while it is written there."""
    rewritten(
        RunDirectory.publish,
        ("disk.move(finished, target)", "shutil = __import__('shutil'); "
         "shutil.copyfile(finished, target); finished.unlink()"),
    )  # fmt: skip


@mutant(_ORDER + "test_no_output_is_written_under_its_own_name")
def a_film_that_is_written_in_place() -> None:
    """Half a film stands under its name while it is copied there."""
    rewritten(
        disk.move,
        ("os.rename(source, target)", "target.write_bytes(source.read_bytes()); source.unlink()"),
    )


@mutant("tests/test_journal.py::test_each_record_is_on_the_disk_before_its_call_returns")
def a_journal_that_is_not_synced() -> None:
    """After a power cut nobody knows of the job that was paid for."""
    rewritten(Journal._append, ("disk.sync(self._handle)", "pass"))


@mutant(_RUNDIR + "test_files.py::test_a_rename_is_followed_by_a_sync_of_both_folders")
def a_name_that_is_not_synced() -> None:
    """After a power cut a finished clip has no name."""
    rewritten(disk.move, ("    sync_directory(target.parent)\n", "    pass\n"))


@mutant(_ORDER + "test_state_is_synced_before_it_gets_its_name")
def settings_that_are_not_synced() -> None:
    """After a power cut the run's settings are an empty file."""
    rewritten(disk.write_file, ("os.fsync(handle)", "pass"))


@mutant(_RUNDIR + "test_files.py::test_state_is_replaced_as_a_whole")
def settings_that_are_written_in_place() -> None:
    """A crash leaves half of the run's settings."""
    rewritten(disk.write_file, ('path.with_name(f"{path.name}.new")', "path"))


@mutant("tests/faults/test_lives.py::test_a_life_of_kills")
def scratch_beside_the_film() -> None:
    """A crash leaves unfinished files in the user's own folder."""
    rewritten(RunDirectory.scratch, ("self.path(layout.TEMPORARY)", "self.root"))


@mutant("tests/executor/test_publishing.py::"
        "test_what_is_built_on_a_clip_is_moved_away_before_the_clip_is_published")  # fmt: skip
def an_old_film_beside_a_new_clip() -> None:
    """After a crash the film does not show the clip that is there."""
    rewritten(Shelf._move_aside, ("(*task.displaces, task.output)", "(task.output,)"))


@mutant("tests/faults/test_lives.py::test_a_life_of_spoilt_files")
def a_replaced_file_that_is_deleted() -> None:
    """What was replaced is gone for good."""
    rewritten(
        RunDirectory.set_aside,
        ("disk.move(file, place)", "disk.move(file, place); place.unlink()"),
    )


@mutant(_RUNDIR + "test_links.py::test_a_link_that_leaves_the_directory_is_never_written_through")
def links_that_are_followed() -> None:
    """A directory from anybody has files of the user's overwritten."""
    rewritten(RunDirectory.may_write, ("if leaves or (own and", "if False and (own and"))


@mutant(_RUNDIR + "test_lock.py::test_a_second_process_is_told_who_holds_the_directory")
def a_lock_that_is_not_taken() -> None:
    """Two runs buy the same clips."""
    rewritten(rundir._take, ("fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)", "pass"))


@mutant(_RUNDIR + "test_files.py::test_only_the_scratch_folder_is_ever_cleared")
def a_broom_that_takes_too_much() -> None:
    """What was replaced and what was answered goes with the next run."""
    rewritten(RunDirectory.clear_scratch, ("layout.TEMPORARY", "layout.STATE"))
