using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// A guardian that was started by a process of another Tspm (from a web terminal, a CI runner, a deploy hook) must not
/// end with that process: it and all that it will start leave the outer process's tree. The launcher gives it a session
/// of its own; here it sheds what its children would inherit: the run's mark, the variables and the cgroup.
/// </summary>
internal static unsafe class OuterTree
{
    static readonly string[] Variables = ["TSPM_ID", "TSPM_NAME", "TSPM_INSTANCE", "TSPM_HOOK"];

    /// <summary>To be called before the guardian executes itself again: /proc shows the environment of an exec.</summary>
    public static void Leave()
    {
        ShedMark();
        foreach (var variable in Variables) _ = Unistd.unsetenv(variable);
        ProcessCgroups.LeaveThatOfAnInstance();
    }

    static void ShedMark()
    {
        ResourceLimit limit;
        if (SysResource.getrlimit(SysResource.RLIMIT_RTTIME, &limit) != 0 || !RunMark.IsMark(limit.rlim_cur)) return;
        limit.rlim_cur = limit.rlim_max;
        _ = SysResource.setrlimit(SysResource.RLIMIT_RTTIME, &limit); // raising up to the hard limit is always allowed
    }
}
