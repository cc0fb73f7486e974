using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>The signals of the guardian, which are blocked, as a descriptor (man 2 signalfd).</summary>
internal sealed unsafe class GuardianSignals
{
    readonly Descriptor _descriptor;

    /// <exception cref="HomeException">There is no descriptor left.</exception>
    public GuardianSignals(SignalSet* mask)
    {
        _descriptor = Descriptors.SignalReader(mask);
        if (!_descriptor.IsOpen) throw new HomeException($"cannot receive signals: {Errno.Describe(Errno.Last)}");
    }

    public int Number => _descriptor.Number;

    /// <returns>False: none is waiting.</returns>
    public bool TryRead(out int signal)
    {
        SignalfdSiginfo info;
        var isRead = Unistd.read(Number, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo);
        signal = isRead ? (int)info.ssi_signo : 0;
        return isRead;
    }
}
