using System.Runtime.InteropServices;

namespace Tspm.Guardian.Contract;

/// <summary>
/// What guardian and daemon tell each other over their SOCK_SEQPACKET pair: one fixed-size message a packet, so nothing
/// is ever half read.
/// </summary>
internal enum GuardianMessageKind
{
    /// <summary>Guardian → daemon: an orphan was reaped. Number is its sequence, to be acknowledged.</summary>
    Reaped = 1,

    /// <summary>
    /// Guardian → daemon: all records of before this daemon's start have been sent. StartTicks: when the daemon before
    /// it died, 0: there was none.
    /// </summary>
    CaughtUp = 2,

    /// <summary>
    /// Daemon → guardian, with a descriptor: keep it open. Number is its <see cref="Platform.DescriptorKey"/>.
    /// </summary>
    Store = 3,

    /// <summary>Daemon → guardian: close the descriptor with this key.</summary>
    Remove = 4,

    /// <summary>Daemon → guardian: records up to this number are saved or nobody's.</summary>
    Acknowledge = 5,

    /// <summary>Daemon → guardian: my end is wanted, do not start another one.</summary>
    Leaving = 6,

    /// <summary>Daemon → guardian: I answer; from now on my death is a crash, not a failed start.</summary>
    Ready = 7,

    /// <summary>
    /// Daemon → guardian, with a descriptor of an executable: execute that when I have ended, and start its daemon.
    /// </summary>
    Upgrade = 8,

    /// <summary>
    /// Guardian → daemon, with a descriptor, before <see cref="CaughtUp"/>: an earlier daemon stored this for the next.
    /// Number is its <see cref="Platform.DescriptorKey"/>.
    /// </summary>
    Returned = 9,

    /// <summary>
    /// Daemon → guardian, with a connected socket: another guardian waits there; give it everything when I have ended.
    /// </summary>
    HandOver = 10,

    /// <summary>Daemon → guardian: the first Number deaths of daemons are in the events on disk.</summary>
    DeathsTold = 11,

    /// <summary>Daemon → guardian: the home is not where it should be; make it again.</summary>
    HomeGone = 12,

    /// <summary>
    /// Guardian → daemon, with the socket to listen on when it is another one now: what came of it, or of another one's
    /// wish. Number is a <see cref="HomeOutcome"/>.
    /// </summary>
    HomeAnswer = 13,

    /// <summary>
    /// Daemon → guardian: reap what has ended by now, send its records, and then <see cref="CaughtUp"/> once more.
    /// </summary>
    CatchUp = 14,
}

/// <summary>
/// One packet. The layout is private to one version of the executable only while an upgrade in place is not under way,
/// so members are never moved.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GuardianMessage
{
    public GuardianMessageKind Kind;
    public int Pid;
    /// <summary>As wait4 tells it.</summary>
    public int WaitStatus;
    /// <summary>1: the process led a session.</summary>
    public int LedSession;
    public ulong Number;
    public long StartTicks;

    public static unsafe int Size => sizeof(GuardianMessage);
}
