using System.Runtime;
using Tspm.Platform.Linux;
using Tspm.Supervision;

namespace Tspm.Daemon.Footprint;

/// <summary>
/// Returns memory to the system after work: a daemon is idle most of the time and must not keep what one burst (its own
/// start, a thousand definitions, a long answer) has used. This costs a timer after the first work and a collection
/// once the daemon has been quiet for a while; an idle daemon pays nothing.
/// </summary>
/// <param name="loop">Its timers decide when.</param>
/// <param name="collect">Replaces the collection; for tests.</param>
/// <param name="release">Replaces the release of code; for tests.</param>
internal sealed class IdleTrim(SupervisorLoop loop, Action? collect = null, Action? release = null)
{
    static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after a collection code is released. The finalizers, which run after it on a thread of their own, would
    /// bring most code back, and on a busy machine they run late.
    /// </summary>
    static readonly TimeSpan FinalizersTime = TimeSpan.FromSeconds(1);

    readonly Action _collect = collect ?? Collect;
    readonly Action _release = release ?? PageReclaim.ReleaseCodePages;
    int _armed;
    volatile bool _worked;

    /// <summary>
    /// Reports that work has begun or ended. Both have to be reported: work that takes longer than the quiet time would
    /// otherwise bring back what was released meanwhile. Any thread may call this.
    /// </summary>
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
        // From here on, a touch arms the timer again: what is at work now is trimmed after it.
        Volatile.Write(ref _armed, 0);
        _collect();
        loop.Timers.After(FinalizersTime, ReleaseIfQuiet);
    }

    void ReleaseIfQuiet()
    {
        // After new work, everything is done again anyway.
        if (!_worked) _release();
    }

    static void Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
