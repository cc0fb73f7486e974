namespace Tspm.Supervision;

/// <summary>Closes sockets that no instance of a process needs any more.</summary>
internal sealed class ListenerCloser(Listeners listeners, ProcessTable table) : IProcessObserver
{
    public void OnChanged(SupervisedProcess process, LifecycleState before) =>
        listeners.CloseUnneeded(process.Key.Id, table);
}
