using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// Spawns the child of a run: opens its sockets and output, then starts it. The spawn request is made in between,
/// elsewhere.
/// </summary>
internal sealed class ChildSpawn(SupervisionServices services, ChildRun run)
{
    /// <summary>The sockets on which the child listens; null if it gets none.</summary>
    public int[]? Listeners { get; private set; }

    /// <summary>Opens the child's sockets and output. A failure leaves nothing behind.</summary>
    public SpawnFailure? Open(ProcessDefinition definition)
    {
        var failure = services.System.ResourceShortage() ?? OpenListeners(definition) ?? run.Messages?.Open()
            ?? services.Outputs.Open(run.Streams);
        if (failure is not null) run.Messages?.Dispose();
        return failure;
    }

    /// <summary>Starts and watches the child.</summary>
    /// <returns>Null on success.</returns>
    public SpawnFailure? Start(SpawnRequest request)
    {
        var (child, failure) = services.System.Spawn(request);
        if (child is null) return failure;
        (run.StartedAt, run.StartedAtMonotonic) = (services.Clock.GetUtcNow(), services.Timers.Now);
        services.Outputs.Started(run.Streams, child.Pid);
        run.Watch(child);
        return null;
    }

    /// <summary>Releases what <see cref="Open"/> opened, because no child will be started.</summary>
    public void Discard()
    {
        services.Outputs.Discard(run.Streams);
        run.Messages?.Dispose();
    }

    SpawnFailure? OpenListeners(ProcessDefinition definition)
    {
        if (run.Listen.Count == 0) return null;
        Listeners = services.Listeners.Open(definition, run.Listen, out var failure);
        return failure;
    }
}
