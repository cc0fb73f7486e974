using Tspm.Platform.Linux.Native;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>The signals of the guardian, which are blocked, as a descriptor (man 2 signalfd).</summary>
internal sealed unsafe class GuardianSignals
{
    /// <exception cref="HomeException">There is no descriptor left.</exception>
    public GuardianSignals(SignalSet* mask)
    {
        Descriptor = SysSignalfd.signalfd(-1, mask, SysSignalfd.SFD_CLOEXEC | SysSignalfd.SFD_NONBLOCK);
        if (Descriptor < 0) throw new HomeException($"cannot receive signals: {Errno.Describe(Errno.Last)}");
    }

    public int Descriptor { get; }

    /// <returns>False: none is waiting.</returns>
    public bool TryRead(out int signal)
    {
        SignalfdSiginfo info;
        var isRead = Unistd.read(Descriptor, &info, (nuint)sizeof(SignalfdSiginfo)) == sizeof(SignalfdSiginfo);
        signal = isRead ? (int)info.ssi_signo : 0;
        return isRead;
    }
}
