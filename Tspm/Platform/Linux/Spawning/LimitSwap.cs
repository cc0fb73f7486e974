using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Soft limits of this process changed for the moment of a spawn, because posix_spawn cannot set those of the child: a
/// limit belongs to the process, so all threads have it meanwhile. Which ones may be
/// changed that way is for the caller to know. Used under one lock.
/// </summary>
internal unsafe ref struct LimitSwap
{
    const int Most = 16;

    fixed ulong _former[Most * 2];
    fixed int _resources[Most];
    int _count;

    /// <summary>Sets the soft limit, and with it the hard one when that is lower and may be raised; cut to the hard one
    /// when it may not. False: nothing was changed.</summary>
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

    /// <summary>Puts everything back.</summary>
    public void Restore()
    {
        for (; _count > 0; _count--)
        {
            var own = new ResourceLimit { rlim_cur = _former[_count * 2 - 2], rlim_max = _former[_count * 2 - 1] };
            // lowering a hard limit, or raising a soft one up to it: always allowed
            _ = SysResource.setrlimit(_resources[_count - 1], &own);
        }
    }
}
