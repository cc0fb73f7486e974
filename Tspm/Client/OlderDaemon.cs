using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>A daemon refuses members that it does not know: what came with a later protocol is left out for
/// it.</summary>
internal static class OlderDaemon
{
    /// <summary>
    /// The version that brought <see cref="ClientContext.Launch"/> and projects. An older daemon's programs inherit from
    /// the daemon, as they always did, and names belong to nobody.
    /// </summary>
    const int KnowsLaunchAndProjects = 3;

    /// <summary>The request as this daemon can read it. Asks for its version only when that matters.</summary>
    public static TRequest Fit<TRequest>(TRequest request, DaemonClient daemon) where TRequest : class
    {
        var isNew = HasProject(request) || ContextOf(request)?.Launch is not null;
        if (!isNew || daemon.Greet().ProtocolVersion >= KnowsLaunchAndProjects) return request;
        if (ContextOf(request) is not { } client) return request;
        client = client with { Launch = null };
        object older = request switch
        {
            StartRequest start => start with { Client = client },
            AddRequest add => add with { Client = client, Project = null },
            ApplyRequest apply => apply with { Client = client, Project = null, Force = null },
            RestartRequest restart => restart with { Client = client },
            _ => request,
        };
        return (TRequest)older;
    }

    static bool HasProject(object request) =>
        request is AddRequest { Project: not null } or ApplyRequest { Project: not null } or ApplyRequest { Force: not null };

    static ClientContext? ContextOf(object request) => request switch
    {
        StartRequest start => start.Client,
        AddRequest add => add.Client,
        ApplyRequest apply => apply.Client,
        RestartRequest restart => restart.Client,
        _ => null,
    };
}
