using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>signal.h. Signal numbers are in <see cref="Tspm.Model.Config.Signals"/>.</summary>
internal static unsafe partial class SysSignal
{
    public const int SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2;
    public const nint SIG_DFL = 0, SIG_IGN = 1, SIG_ERR = -1;

    /// <summary>The highest signal number, SIGRTMAX (man 7 signal).</summary>
    public const int HighestSignal = 64;

    /// <summary>man 2 kill. A negative pid is a process group.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    /// <summary>man 2 signal, for SIG_DFL and SIG_IGN only. Returns the previous handler, or SIG_ERR.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint signal(int signal, nint handler);

    /// <summary>man 2 sigaction. Either pointer may be null.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int sigaction(int signal, SignalAction* action, SignalAction* former);

    /// <summary>man 3 raise: sends a signal to the calling thread, which has handled it when this returns.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int raise(int signal);

    /// <summary>man 3 pthread_sigmask: the calling thread's mask. Returns the error number itself.</summary>
    [LibraryImport("libc")]
    public static partial int pthread_sigmask(int how, SignalSet* set, SignalSet* former);
}

/// <summary>
/// <c>struct sigaction</c> of glibc, which is only read and written back as a whole. The default value is the default
/// action of a signal.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 152)]
internal struct SignalAction;

/// <summary><c>sigset_t</c> of glibc: 1024 bits, of which Linux uses 64; bit n-1 is signal n.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct SignalSet
{
    public ulong Bits;

    /// <summary>Every signal, including the two that glibc reserves for itself and omits from sigfillset.</summary>
    public static SignalSet All => new() { Bits = ulong.MaxValue };

    public static SignalSet Empty => default;

    public static SignalSet Of(params ReadOnlySpan<int> signals)
    {
        var set = default(SignalSet);
        foreach (var signal in signals) set.Add(signal);
        return set;
    }

    public void Add(int signal) => Bits |= 1UL << (signal - 1);

    public readonly bool Contains(int signal) => (Bits & (1UL << (signal - 1))) != 0;
}
