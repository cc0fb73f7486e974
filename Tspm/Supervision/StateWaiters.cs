using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision;

/// <summary>
/// The waits for an instance to reach a state. Owned by the supervisor's thread; the tasks are awaited on other
/// threads.
/// </summary>
internal sealed class StateWaiters
{
    /// <summary>Null if nobody waits, which is nearly always.</summary>
    List<Waiter>? _waiters;

    /// <summary>
    /// Completes when the state satisfies <paramref name="reached"/>, at once if <paramref name="present"/> does.
    /// </summary>
    public Task<LifecycleState> Wait(LifecycleState present, Func<LifecycleState, bool> reached)
    {
        if (reached(present)) return Task.FromResult(present);
        var waiter = new Waiter(reached,
            new TaskCompletionSource<LifecycleState>(TaskCreationOptions.RunContinuationsAsynchronously));
        (_waiters ??= []).Add(waiter);
        return waiter.Done.Task;
    }

    /// <summary>Cancels a wait.</summary>
    public void Forget(Task<LifecycleState> waiting)
    {
        _waiters?.RemoveAll(waiter => waiter.Done.Task == waiting);
        DropEmpty();
    }

    /// <summary>Completes the waits that the new state satisfies.</summary>
    public void Notify(LifecycleState state)
    {
        for (var i = (_waiters?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (!_waiters![i].Reached(state)) continue;
            _waiters[i].Done.TrySetResult(state);
            _waiters.RemoveAt(i);
        }
        DropEmpty();
    }

    /// <summary>Completes all waits, because the state will not change any more.</summary>
    public void Release(LifecycleState last)
    {
        foreach (var waiter in _waiters ?? []) waiter.Done.TrySetResult(last);
        _waiters = null;
    }

    void DropEmpty()
    {
        if (_waiters is { Count: 0 }) _waiters = null;
    }

    readonly record struct Waiter(Func<LifecycleState, bool> Reached, TaskCompletionSource<LifecycleState> Done);
}
