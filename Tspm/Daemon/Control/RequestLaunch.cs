using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Daemon.Control;

/// <summary>
/// Completes what a request says about the shell it came from: umask, priorities, processors and limits, see
/// <see cref="LaunchContext"/>.
/// </summary>
internal static class RequestLaunch
{
    /// <summary>
    /// Returns the context with a usable launch context: the one the client sent, or else as much as /proc shows of the
    /// client process.
    /// </summary>
    /// <returns>Null if the request has no client context at all.</returns>
    /// <exception cref="RequestException">A part of the client's launch context is not valid.</exception>
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

    /// <summary>Prefers the limit of open files that the client sent over the one in /proc.</summary>
    static LaunchContext WithOpenFiles(LaunchContext launch, long? openFiles)
    {
        if (openFiles is not { } limit || launch.Limits is null || SoftLimits.Parse(launch.Limits) is not { } limits)
            return launch;
        limits[SoftLimits.OpenFiles] = limit is < 0 or long.MaxValue ? SoftLimits.Unlimited : (ulong)limit;
        return launch with { Limits = SoftLimits.Format(limits) };
    }

    /// <summary>
    /// Drops a list of all processors: it is not a choice, and would exclude processors that are added later.
    /// </summary>
    static LaunchContext WithoutNeedless(LaunchContext launch) =>
        launch.Cpus is { } cpus && CpuList.Covers(CpuList.Parse(cpus), ThreadValues.AllCpus())
            ? launch with { Cpus = null }
            : launch;
}
