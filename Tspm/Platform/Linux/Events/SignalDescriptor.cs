using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>A signal and its sender.</summary>
/// <param name="Number">The signal's number.</param>
/// <param name="Uid">The real user of the sender; 0 for signals of the kernel.</param>
/// <param name="Pid">The sender; 0 for the kernel, or for a process outside of this pid namespace.</param>
internal readonly record struct ReceivedSignal(int Number, uint Uid, int Pid);

/// <summary>
/// Reads signals from a descriptor instead of handling them asynchronously (man 2 signalfd). All threads must have them
/// blocked; a daemon inherits that from its guardian.
/// </summary>
internal static unsafe class SignalDescriptor
{
    /// <summary>Opens a non-blocking descriptor; the result is not open if no descriptor is left.</summary>
    public static Descriptor Open(params ReadOnlySpan<int> signals)
    {
        var mask = SignalSet.Of(signals);
        return Descriptors.SignalReader(&mask);
    }

    /// <returns>False if no signal is pending.</returns>
    public static bool TryRead(int descriptor, out ReceivedSignal signal)
    {
        SignalfdSiginfo info;
        var isRead = Unistd.read(descriptor, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo);
        signal = isRead ? new ReceivedSignal((int)info.ssi_signo, info.ssi_uid, (int)info.ssi_pid) : default;
        return isRead;
    }
}
