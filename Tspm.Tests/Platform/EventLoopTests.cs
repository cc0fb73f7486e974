using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;

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
        using var loop = new EventLoop { BeforeWait = () => turns < 3 ? 1 : -1, AfterWait = () => { if (++turns == 3) done.SetResult(); } };
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

    sealed class Handler(Action<int> ready) : IReadyHandler
    {
        public void Ready(int fd, uint events) => ready(fd);
    }
}
