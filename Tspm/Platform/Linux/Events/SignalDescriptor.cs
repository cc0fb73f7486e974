using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <param name="Number">Which signal.</param>
/// <param name="Uid">The real user of the sender; 0 for what the kernel sends.</param>
/// <param name="Pid">The sender; 0: the kernel, or a process that this one cannot see.</param>
internal readonly record struct ReceivedSignal(int Number, uint Uid, int Pid);

/// <summary>
/// Signals that become readable instead of interrupting anything (man 2 signalfd). All threads must have them blocked,
/// which a daemon has from its guardian.
/// </summary>
internal static unsafe class SignalDescriptor
{
    /// <summary>Does not block. Not open: there is no descriptor left.</summary>
    public static Descriptor Open(params ReadOnlySpan<int> signals)
    {
        var mask = SignalSet.Of(signals);
        return Descriptors.SignalReader(&mask);
    }

    /// <returns>False: none is waiting.</returns>
    public static bool TryRead(int descriptor, out ReceivedSignal signal)
    {
        SignalfdSiginfo info;
        var isRead = Unistd.read(descriptor, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo);
        signal = isRead ? new ReceivedSignal((int)info.ssi_signo, info.ssi_uid, (int)info.ssi_pid) : default;
        return isRead;
    }
}
