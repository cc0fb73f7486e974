using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>A daemon refuses members that it does not know: what came with a later protocol is left out for
/// it.</summary>
internal static class OlderDaemon
{
    /// <summary>
    /// The version that brought <see cref="ClientContext.Launch"/>, <see cref="StartRequest.SettleMs"/>,
    /// <see cref="ApplyRequest.Start"/>, <see cref="EventsRequest.Kinds"/>, <see cref="MetricsRequest.Format"/> and
    /// projects. The programs of an older daemon inherit from the daemon, as they always did, and names belong to
    /// nobody.
    /// </summary>
    const int Third = 3;

    /// <summary>This daemon starts what is down when it applies a file.</summary>
    public static bool StartsFiles(DaemonClient daemon) => IsThird(daemon);

    /// <summary>This daemon chooses among events by kind, pattern and end.</summary>
    public static bool SelectsEvents(DaemonClient daemon) => IsThird(daemon);

    static bool IsThird(DaemonClient daemon) => daemon.Greet().ProtocolVersion >= Third;

    /// <summary>Another format than OpenMetrics is wanted, which an older daemon does not write.</summary>
    /// <exception cref="DaemonException">This daemon is older.</exception>
    public static void RequireMetricsFormats(DaemonClient daemon)
    {
        var hello = daemon.Greet();
        if (hello.ProtocolVersion >= Third) return;
        throw new DaemonException(ErrorCode.Failed,
            $"the daemon is tspm {hello.Version} and writes metrics only as OpenMetrics: leave out --format, "
            + "or run this tspm as the daemon with: tspm daemon upgrade");
    }

    /// <summary>The sentence for a daemon that this client cannot talk to.</summary>
    public static string TooOld(HelloResponse daemon) =>
        $"the daemon is tspm {daemon.Version} and too old for this tspm {ProductVersion.Current}: "
        + "tspm daemon restart, with the tspm that is to stay";

    /// <summary>To be added to the reason why the daemon refused a request.</summary>
    /// <returns>Null: it is of this version, so that is not why.</returns>
    public static string? VersionWords(HelloResponse daemon)
    {
        if (daemon.Version == ProductVersion.Current) return null;
        var what = daemon.ProtocolVersion > ProtocolVersion.Current
            ? "upgrade this tspm" : "run this one as the daemon with: tspm daemon upgrade";
        return $"; the daemon is tspm {daemon.Version} and this is tspm {ProductVersion.Current}: {what}";
    }

    /// <summary>The request as this daemon can read it. Asks for its version only when that matters.</summary>
    public static TRequest Fit<TRequest>(TRequest request, DaemonClient daemon) where TRequest : class
    {
        if (!HasNewMembers(request) || IsThird(daemon)) return request;
        object older = request switch
        {
            StartRequest start => start with { Client = WithoutLaunch(start.Client), SettleMs = null },
            AddRequest add => add with { Client = WithoutLaunch(add.Client)!, Project = null },
            ApplyRequest apply => apply with
            {
                Client = WithoutLaunch(apply.Client)!,
                Project = null,
                Force = null,
                SettleMs = null,
            },
            DescribeRequest describe => describe with { Changes = null },
            RestartRequest restart => restart with { Client = WithoutLaunch(restart.Client) },
            _ => request,
        };
        return (TRequest)older;
    }

    static bool HasNewMembers(object request) => request switch
    {
        StartRequest start => start is { Client.Launch: not null } or { SettleMs: not null },
        AddRequest add => add is { Client.Launch: not null } or { Project: not null },
        ApplyRequest apply =>
            apply is { Client.Launch: not null } or { SettleMs: not null } or { Project: not null }
                or { Force: not null },
        RestartRequest restart => restart.Client is { Launch: not null },
        DescribeRequest describe => describe.Changes is not null,
        _ => false,
    };

    /// <summary>What the request takes along from the shell; null: nothing.</summary>
    public static ClientContext? ContextOf(object? request) => request switch
    {
        StartRequest start => start.Client,
        AddRequest add => add.Client,
        ApplyRequest apply => apply.Client,
        RestartRequest restart => restart.Client,
        _ => null,
    };

    static ClientContext? WithoutLaunch(ClientContext? client) => client is null ? null : client with { Launch = null };
}
