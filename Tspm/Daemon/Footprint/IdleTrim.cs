using System.Runtime;
using Tspm.Platform.Linux;
using Tspm.Supervision;

namespace Tspm.Daemon.Footprint;

/// <summary>
/// Returns memory to the system after work: a daemon is idle most of the time and must not keep what one burst (its own
/// start, a thousand definitions, a long answer) has used. This costs a timer after the first work and a collection
/// once the daemon has been quiet for a while; an idle daemon pays nothing.
/// </summary>
internal sealed class IdleTrim(SupervisorLoop loop)
{
    static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    int _armed;
    volatile bool _worked;

    /// <summary>Reports that work was done. Any thread may call this.</summary>
    public void Touch()
    {
        _worked = true;
        if (Interlocked.Exchange(ref _armed, 1) == 0) loop.Post(Arm);
    }

    void Arm() => loop.Timers.After(QuietFor, TrimIfQuiet);

    void TrimIfQuiet()
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
        PageReclaim.ReleaseCodePages();
    }
}
