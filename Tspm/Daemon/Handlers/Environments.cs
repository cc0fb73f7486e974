using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>Replaces the kept environment of processes by the client's (<c>--update-env</c>).</summary>
internal static class Environments
{
    public static void Update(Supervisor supervisor, IReadOnlyList<SupervisedProcess> cells, ClientContext client)
    {
        var key = supervisor.Table.Environments.Keep(client.Environment);
        foreach (var cell in cells)
            if (cell.Definition.EnvironmentKey != key || cell.Definition.Launch != client.Launch)
                supervisor.Table.Put(cell.Definition with { EnvironmentKey = key, Launch = client.Launch ?? cell.Definition.Launch });
    }
}
