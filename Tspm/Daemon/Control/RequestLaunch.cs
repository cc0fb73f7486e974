using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Daemon.Control;

/// <summary>What a request says, or does not say, about the shell it came from: umask, priorities, processors and
/// limits, see <see cref="LaunchContext"/>.</summary>
internal static class RequestLaunch
{
    /// <summary>With a record that can be used: the client's, else what /proc shows of the process that asks, as far as
    /// it shows it. Null: the request has no context at all.</summary>
    /// <exception cref="RequestException">A part of the client's record makes no sense.</exception>
    public static ClientContext? Complete(ClientContext? client, Requester? requester)
    {
        if (client is null) return null;
        if (client.Launch is { } given)
        {
            if (given.Problem() is not { } problem) return client with { Launch = WithoutNeedless(given) };
            var path = $"params.client.launch.{problem.Part}";
            throw new RequestException(ErrorCode.InvalidParams, $"{path} must be {problem.Expected}", new RpcErrorData
            {
                Path = path,
                Expected = problem.Expected,
            });
        }
        if (requester is not { Signal: null, Pid: > 0 } || CurrentSystem.LaunchOf(requester.Pid) is not { } seen)
            return client;
        return client with { Launch = WithoutNeedless(WithOpenFiles(seen, client.OpenFilesLimit)) };
    }

    /// <summary>Where the client names that limit itself, it means it.</summary>
    static LaunchContext WithOpenFiles(LaunchContext launch, long? openFiles)
    {
        if (openFiles is not { } limit || launch.Limits is null || SoftLimits.Parse(launch.Limits) is not { } limits)
            return launch;
        limits[SoftLimits.OpenFiles] = limit is < 0 or long.MaxValue ? SoftLimits.Unlimited : (ulong)limit;
        return launch with { Limits = SoftLimits.Format(limits) };
    }

    /// <summary>All processors are no choice: kept as a list, they would bind the process when the machine gets
    /// more.</summary>
    static LaunchContext WithoutNeedless(LaunchContext launch) =>
        launch.Cpus is { } cpus && CpuList.Covers(CpuList.Parse(cpus), ThreadValues.AllCpus())
            ? launch with { Cpus = null }
            : launch;
}
