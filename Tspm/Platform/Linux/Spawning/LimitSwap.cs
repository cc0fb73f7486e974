using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Changes soft limits of this process for the moment of a spawn, because posix_spawn cannot set those of the child. A
/// limit belongs to the process, so all threads have it meanwhile; the caller must know which limits may be changed
/// like this. Used under one lock.
/// </summary>
internal unsafe ref struct LimitSwap
{
    const int Most = 16;

    fixed ulong _former[Most * 2];
    fixed int _resources[Most];
    int _count;

    /// <summary>
    /// Sets a soft limit. A lower hard limit is raised too, if permitted; otherwise the soft limit is reduced to it.
    /// </summary>
    /// <returns>False if nothing was changed.</returns>
    public bool Set(int resource, ulong soft)
    {
        ResourceLimit own;
        if (_count == Most || SysResource.getrlimit(resource, &own) != 0 || own.rlim_cur == soft) return false;
        var wanted = new ResourceLimit { rlim_cur = soft, rlim_max = Math.Max(own.rlim_max, soft) };
        if (SysResource.setrlimit(resource, &wanted) != 0)
        {
            wanted = own with { rlim_cur = Math.Min(soft, own.rlim_max) };
            if (wanted.rlim_cur == own.rlim_cur || SysResource.setrlimit(resource, &wanted) != 0) return false;
        }
        _resources[_count] = resource;
        _former[_count * 2] = own.rlim_cur;
        _former[_count * 2 + 1] = own.rlim_max;
        _count++;
        return true;
    }

    /// <summary>Restores all changed limits.</summary>
    public void Restore()
    {
        for (; _count > 0; _count--)
        {
            var own = new ResourceLimit { rlim_cur = _former[_count * 2 - 2], rlim_max = _former[_count * 2 - 1] };
            // Lowering a hard limit, and raising a soft limit up to it, are always permitted.
            _ = SysResource.setrlimit(_resources[_count - 1], &own);
        }
    }
}
