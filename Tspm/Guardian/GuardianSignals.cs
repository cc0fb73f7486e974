using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>Reads the guardian's blocked signals from a descriptor (man 2 signalfd).</summary>
internal sealed unsafe class GuardianSignals
{
    readonly Descriptor _descriptor;

    /// <exception cref="HomeException">The descriptor cannot be created.</exception>
    public GuardianSignals(SignalSet* mask)
    {
        _descriptor = Descriptors.SignalReader(mask);
        if (!_descriptor.IsOpen) throw new HomeException($"cannot receive signals: {Errno.Describe(Errno.Last)}");
    }

    public int Number => _descriptor.Number;

    /// <summary>Reads the next signal without blocking.</summary>
    /// <returns>False if no signal is waiting.</returns>
    public bool TryRead(out int signal)
    {
        SignalfdSiginfo info;
        var isRead = Unistd.read(Number, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo);
        signal = isRead ? (int)info.ssi_signo : 0;
        return isRead;
    }
}
