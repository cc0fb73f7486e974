using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>sys/signalfd.h.</summary>
internal static unsafe partial class SysSignalfd
{
    public const int SFD_CLOEXEC = 0x80000, SFD_NONBLOCK = 0x800;

    /// <summary>
    /// man 2 signalfd. The signals must be blocked in every thread; otherwise they may be delivered in another way.
    /// </summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int signalfd(int fd, SignalSet* mask, int flags);
}

/// <summary><c>struct signalfd_siginfo</c>, 128 bytes: the record that a read from a signalfd returns.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct SignalfdSiginfo
{
    [FieldOffset(0)] public uint ssi_signo;
    [FieldOffset(8)] public int ssi_code;
    [FieldOffset(12)] public uint ssi_pid;
    [FieldOffset(16)] public uint ssi_uid;
    [FieldOffset(40)] public int ssi_status;
}
