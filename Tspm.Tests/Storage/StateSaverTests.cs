using System.Collections.Concurrent;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Tests.Storage;

[Timeout(30_000)]
internal sealed class StateSaverTests
{
    static ProcessesFile State(int number) => ProcessesFile.Empty with { NextId = number };

    [Test]
    public async Task Several_changes_while_one_is_written_cost_one_write_more(CancellationToken cancellation)
    {
        var written = new ConcurrentQueue<int>();
        using var begun = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        using var saver = new StateSaver(state =>
        {
            written.Enqueue(state.NextId);
            begun.Release();
            goOn.Wait(cancellation);
        });
        var first = saver.Save(State(1));
        await begun.WaitAsync(cancellation);
        var later = Enumerable.Range(2, 9).Select(number => saver.Save(State(number))).ToList();
        goOn.Release(2);
        await Assert.That(await first).IsNull();
        foreach (var save in later) await Assert.That(await save).IsNull();
        await Assert.That(written).IsEquivalentTo([1, 10]);
    }

    [Test]
    public async Task A_failure_is_told_to_the_asker_and_tried_again_until_it_works(CancellationToken cancellation)
    {
        var attempts = 0;
        var saved = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var saver = new StateSaver(state =>
        {
            if (Interlocked.Increment(ref attempts) < 3) throw new IOException("No space left on device", 28);
            saved.TrySetResult(state.NextId);
        });
        await Assert.That(await saver.Save(State(7))).IsEqualTo("No space left on device");
        await Assert.That(saver.Trouble).IsNotNull();
        await Assert.That(await saved.Task.WaitAsync(cancellation)).IsEqualTo(7);
        while (saver.Trouble is not null) await Task.Delay(1, cancellation);
    }

    [Test]
    public async Task A_newer_state_goes_before_an_older_one_that_could_not_be_saved(CancellationToken cancellation)
    {
        var attempts = 0;
        var written = new ConcurrentQueue<int>();
        using var saver = new StateSaver(state =>
        {
            if (Interlocked.Increment(ref attempts) == 1) throw new UnauthorizedAccessException();
            written.Enqueue(state.NextId);
        });
        await Assert.That(await saver.Save(State(1))).IsNotNull();
        await Assert.That(await saver.Save(State(2))).IsNull();
        await Assert.That(written).IsEquivalentTo([2]);
    }

    [Test]
    public async Task A_bug_in_saving_is_a_failure_not_the_end(CancellationToken cancellation)
    {
        var attempts = 0;
        using var saver = new StateSaver(_ =>
        {
            if (Interlocked.Increment(ref attempts) == 1) throw new InvalidOperationException("a bug");
        });
        await Assert.That(await saver.Save(State(1))).IsNotNull();
        await Assert.That(await saver.Save(State(2))).IsNull();
    }

    [Test]
    public async Task Closing_writes_what_is_pending_and_answers_everybody(CancellationToken cancellation)
    {
        var last = -1;
        var saver = new StateSaver(state => last = state.NextId);
        var saves = Enumerable.Range(0, 50).Select(number => saver.Save(State(number))).ToList();
        saver.Dispose();
        foreach (var save in saves) await Assert.That(await save.WaitAsync(cancellation)).IsNull();
        await Assert.That(last).IsEqualTo(49);
        await Assert.That(await saver.Save(State(50)).WaitAsync(cancellation)).IsNotNull();
    }

    [Test]
    public async Task Closing_with_a_full_disk_ends_all_the_same(CancellationToken cancellation)
    {
        var saver = new StateSaver(static _ => throw new IOException("full"));
        var save = saver.Save(State(1));
        saver.Dispose();
        await Assert.That(await save.WaitAsync(cancellation)).IsNotNull();
    }
}
