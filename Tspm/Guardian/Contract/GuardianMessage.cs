using System.Runtime.InteropServices;

namespace Tspm.Guardian.Contract;

/// <summary>
/// The messages between guardian and daemon. They travel over a SOCK_SEQPACKET pair, one fixed-size message per packet,
/// so a message is never read in part.
/// </summary>
internal enum GuardianMessageKind
{
    /// <summary>Guardian → daemon: an orphan was reaped. Number is the sequence number to acknowledge.</summary>
    Reaped = 1,

    /// <summary>
    /// Guardian → daemon: all records from before this daemon's start have been sent. StartTicks is when the previous
    /// daemon died; 0: there was none.
    /// </summary>
    CaughtUp = 2,

    /// <summary>
    /// Daemon → guardian, with a descriptor: keep this descriptor open. Number is its <see
    /// cref="Platform.DescriptorKey"/>.
    /// </summary>
    Store = 3,

    /// <summary>Daemon → guardian: close the descriptor with this key.</summary>
    Remove = 4,

    /// <summary>Daemon → guardian: all records up to this number are saved, or belong to no process.</summary>
    Acknowledge = 5,

    /// <summary>Daemon → guardian: I am ending on request; do not start another daemon.</summary>
    Leaving = 6,

    /// <summary>Daemon → guardian: I answer clients; from now on, my death is a crash and not a failed start.</summary>
    Ready = 7,

    /// <summary>
    /// Daemon → guardian, with a descriptor of an executable: after I have ended, execute it and start its daemon.
    /// </summary>
    Upgrade = 8,

    /// <summary>
    /// Guardian → daemon, with a descriptor, before <see cref="CaughtUp"/>: an earlier daemon stored this descriptor
    /// for you. Number is its <see cref="Platform.DescriptorKey"/>.
    /// </summary>
    Returned = 9,

    /// <summary>
    /// Daemon → guardian, with a connected socket: another guardian is waiting on it; give it everything after I have
    /// ended.
    /// </summary>
    HandOver = 10,

    /// <summary>Daemon → guardian: the first Number daemon deaths are in the event log on disk.</summary>
    DeathsRecorded = 11,

    /// <summary>Daemon → guardian: the home is missing; create it again.</summary>
    HomeGone = 12,

    /// <summary>
    /// Guardian → daemon: the result of <see cref="HomeGone"/>, or of another guardian's request (SIGURG). Number is a
    /// <see cref="HomeOutcome"/>. Comes with the listening socket if that is a new one.
    /// </summary>
    HomeAnswer = 13,

    /// <summary>
    /// Daemon → guardian: reap everything that has ended by now, send the records, then <see cref="CaughtUp"/> again.
    /// </summary>
    CatchUp = 14,
}

/// <summary>
/// One packet. During an in-place upgrade, guardian and daemon may be of different versions, so members are never
/// moved.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GuardianMessage
{
    public GuardianMessageKind Kind;
    public int Pid;
    /// <summary>The wait status (man 2 wait4).</summary>
    public int WaitStatus;
    /// <summary>1 if the process was a session leader, else 0.</summary>
    public int LedSession;
    public ulong Number;
    public long StartTicks;

    public static unsafe int Size => sizeof(GuardianMessage);
}
