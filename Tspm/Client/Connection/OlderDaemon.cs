using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>
/// Adapts requests to older daemons. A daemon refuses members that it does not know, so members of a later protocol are
/// left out.
/// </summary>
internal static class OlderDaemon
{
    /// <summary>
    /// The protocol version that introduced <see cref="ClientContext.Launch"/>, <see cref="StartRequest.SettleMs"/>,
    /// <see cref="ApplyRequest.Start"/>, <see cref="EventsRequest.Kinds"/>, <see cref="MetricsRequest.Format"/>,
    /// <see cref="ListRequest.Include"/>, <see cref="LogsRequest.Invert"/> and projects. With an older daemon, programs
    /// inherit their limits from the daemon, and names belong to no project.
    /// </summary>
    const int Protocol3 = 3;

    /// <summary>Whether the daemon can start processes that are down when it applies a file.</summary>
    public static bool StartsFiles(DaemonClient daemon) => KnowsProtocol3(daemon);

    /// <summary>Whether the daemon can select events by kind, pattern and end.</summary>
    public static bool SelectsEvents(DaemonClient daemon) => KnowsProtocol3(daemon);

    static bool KnowsProtocol3(DaemonClient daemon) => daemon.Greet().ProtocolVersion >= Protocol3;

    /// <summary>Checks that the daemon can write metrics in a format other than OpenMetrics.</summary>
    /// <exception cref="DaemonException">The daemon is too old.</exception>
    public static void RequireMetricsFormats(DaemonClient daemon)
    {
        var hello = daemon.Greet();
        if (hello.ProtocolVersion >= Protocol3) return;
        throw new DaemonException(ErrorCode.Failed,
            $"the daemon is tspm {hello.Version}, which writes metrics only as OpenMetrics: leave out --format, "
            + "or upgrade the daemon with: tspm daemon upgrade");
    }

    /// <summary>Checks that the daemon can select the lines that do not match.</summary>
    /// <exception cref="DaemonException">The daemon is too old.</exception>
    public static void RequireInvert(DaemonClient daemon)
    {
        if (KnowsProtocol3(daemon)) return;
        throw new DaemonException(ErrorCode.Failed,
            $"the daemon is tspm {daemon.Greet().Version}, which does not know --invert: pipe the output to grep -v, "
            + "or upgrade the daemon with: tspm daemon upgrade");
    }

    /// <summary>Checks that the daemon can delete a process when its client is gone.</summary>
    /// <exception cref="DaemonException">The daemon is too old.</exception>
    public static void RequireTemporary(DaemonClient daemon)
    {
        if (KnowsProtocol3(daemon)) return;
        throw new DaemonException(ErrorCode.Failed,
            $"the daemon is tspm {daemon.Greet().Version}, which does not know 'run': use start --job --attach, "
            + "or upgrade the daemon with: tspm daemon upgrade");
    }

    /// <summary>The message about a daemon that is too old for this client.</summary>
    public static string TooOld(HelloResponse daemon) =>
        $"the daemon is tspm {daemon.Version}, which is too old for this tspm {ProductVersion.Current}; "
        + "replace it with: tspm daemon restart";

    /// <summary>A hint for the message about a request that the daemon refused.</summary>
    /// <returns>Null if the daemon has this version, so that the version is not the reason.</returns>
    public static string? VersionHint(HelloResponse daemon)
    {
        if (daemon.Version == ProductVersion.Current) return null;
        var remedy = daemon.ProtocolVersion > ProtocolVersion.Current
            ? "upgrade this tspm" : "upgrade the daemon with: tspm daemon upgrade";
        return $"; the daemon is tspm {daemon.Version}, and this is tspm {ProductVersion.Current}: {remedy}";
    }

    /// <summary>
    /// Returns the request without members that this daemon would refuse. Asks for its version only if that matters.
    /// </summary>
    public static TRequest Fit<TRequest>(TRequest request, DaemonClient daemon) where TRequest : class
    {
        if (!HasNewMembers(request) || KnowsProtocol3(daemon)) return request;
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
            ListRequest list => list with { Include = null },
            RestartRequest restart => restart with { Client = WithoutLaunch(restart.Client), SettleMs = null },
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
        RestartRequest restart => restart is { Client.Launch: not null } or { SettleMs: not null },
        DescribeRequest describe => describe.Changes is not null,
        ListRequest list => list.Include is not null,
        _ => false,
    };

    /// <returns>The context of the shell that the request carries, or null if it carries none.</returns>
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
