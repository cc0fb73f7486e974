using Tspm.Libc;
using Tspm.Platform.Linux.Events;

namespace Tspm.Tests.Platform;

/// <summary>The loop: wake-ups, watches, and events of descriptors that were just given up.</summary>
[Timeout(30_000)]
public class EventLoopTests
{
    [Test]
    public async Task Posted_actions_run_in_order_on_the_loops_thread(CancellationToken cancellation)
    {
        using var loop = new EventLoop();
        var seen = new List<int>();
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 1000; i++)
        {
            var number = i;
            loop.Post(() => seen.Add(number));
        }
        loop.Post(() => done.SetResult(loop.IsLoopThread));
        loop.Start();
        await Assert.That(await done.Task.WaitAsync(cancellation)).IsTrue();
        await Assert.That(seen.SequenceEqual(Enumerable.Range(0, 1000))).IsTrue();
    }

    [Test]
    public async Task A_descriptor_unwatched_in_the_same_batch_gets_no_event(CancellationToken cancellation)
    {
        using var loop = new EventLoop();
        int[] fds = [SysEventfd.eventfd(1, SysEventfd.EFD_CLOEXEC), SysEventfd.eventfd(1, SysEventfd.EFD_CLOEXEC)];
        var calls = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Both are ready; whoever comes first takes both out, so the second must not be called.
        var handler = new Handler(_ =>
        {
            calls++;
            foreach (var fd in fds) loop.Unwatch(fd);
            loop.Post(done.SetResult);
        });
        foreach (var fd in fds) loop.Watch(fd, SysEpoll.EPOLLIN, handler);
        loop.Start();
        await done.Task.WaitAsync(cancellation);
        await Assert.That(calls).IsEqualTo(1);
        foreach (var fd in fds) _ = Unistd.close(fd);
    }

    [Test]
    public async Task A_short_timeout_wakes_the_loop_without_any_event(CancellationToken cancellation)
    {
        var turns = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = new EventLoop
        {
            BeforeWait = () => turns < 3 ? 1 : -1,
            AfterWait = () => { if (++turns == 3) done.SetResult(); },
        };
        loop.Start();
        await done.Task.WaitAsync(cancellation);
        await Assert.That(turns).IsEqualTo(3);
    }

    [Test]
    public async Task A_fault_in_a_handler_is_told_and_the_loop_goes_on(CancellationToken cancellation)
    {
        var fault = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var after = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = new EventLoop { OnFault = fault.SetResult };
        loop.Start();
        loop.Post(() => throw new InvalidOperationException("as meant"));
        loop.Post(after.SetResult);
        await after.Task.WaitAsync(cancellation);
        await Assert.That((await fault.Task).Message).IsEqualTo("as meant");
    }

    [Test]
    public async Task A_descriptor_that_epoll_refuses_is_told_all_the_same_and_said_to_be_late(
        CancellationToken cancellation)
    {
        var isFull = true;
        using var loop = new EventLoop { Refuses = _ => isFull };
        using var told = new SemaphoreSlim(0);
        var counter = SysEventfd.eventfd(0, SysEventfd.EFD_CLOEXEC | SysEventfd.EFD_NONBLOCK);
        loop.Start();
        loop.Watch(counter, SysEpoll.EPOLLIN, new Handler(fd =>
        {
            Drain(fd);
            told.Release();
        }));
        await Assert.That(loop.Trouble!).Contains("refuses to watch 1 descriptors (No space left on device)");
        Add(counter);
        await told.WaitAsync(cancellation);
        Add(counter);
        await told.WaitAsync(cancellation);
        isFull = false;
        while (loop.Trouble is not null) await Task.Delay(5, cancellation);
        Add(counter);
        await told.WaitAsync(cancellation);
        loop.Unwatch(counter);
        _ = Unistd.close(counter);
    }

    [Test]
    public async Task A_change_of_a_watch_that_epoll_refuses_holds_at_once(CancellationToken cancellation)
    {
        var isFull = false;
        using var loop = new EventLoop { Refuses = _ => isFull };
        var counter = SysEventfd.eventfd(1, SysEventfd.EFD_CLOEXEC | SysEventfd.EFD_NONBLOCK);
        var calls = 0;
        using var told = new SemaphoreSlim(0);
        var handler = new Handler(_ =>
        {
            calls++;
            told.Release();
        });
        loop.Watch(counter, SysEpoll.EPOLLIN, handler);
        isFull = true;
        // Nothing is asked for from now on: a readable descriptor must not call.
        loop.Watch(counter, 0, handler);
        loop.Start();
        await loop.Ask(() => true).WaitAsync(cancellation);
        await Assert.That(calls).IsEqualTo(0);
        loop.Watch(counter, SysEpoll.EPOLLIN, handler);
        await told.WaitAsync(cancellation);
        loop.Unwatch(counter);
        await Assert.That(loop.Trouble).IsNull();
        _ = Unistd.close(counter);
    }

    static unsafe void Add(int counter)
    {
        ulong one = 1;
        _ = Unistd.write(counter, &one, sizeof(ulong));
    }

    static unsafe void Drain(int counter)
    {
        ulong all;
        _ = Unistd.read(counter, &all, sizeof(ulong));
    }

    sealed class Handler(Action<int> ready) : IReadyHandler
    {
        public void Ready(int fd, uint events) => ready(fd);
    }
}
