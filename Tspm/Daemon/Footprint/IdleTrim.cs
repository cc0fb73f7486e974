using System.Runtime;
using Tspm.Platform.Linux;
using Tspm.Supervision;

namespace Tspm.Daemon.Footprint;

/// <summary>
/// Gives memory back after work: a daemon that is idle nearly always must not keep what one rush (its own start, a
/// thousand definitions, a long answer) has taken. Costs one timer after the first work, a collection when it has been
/// quiet for a while, and nothing at all while idle.
/// </summary>
internal sealed class IdleTrim(SupervisorLoop loop)
{
    static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    int _armed;
    volatile bool _worked;

    /// <summary>Something was done; from any thread.</summary>
    public void Touch()
    {
        _worked = true;
        if (Interlocked.Exchange(ref _armed, 1) == 0) loop.Post(Arm);
    }

    void Arm() => loop.Timers.After(QuietFor, Look);

    void Look()
    {
        if (_worked)
        {
            _worked = false;
            Arm();
            return;
        }
        Volatile.Write(ref _armed, 0);
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ResidentCode.Release();
    }
}
