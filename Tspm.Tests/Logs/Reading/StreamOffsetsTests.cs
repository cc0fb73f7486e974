using Tspm.Logs.Index;
using Tspm.Logs.Reading;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs.Reading;

[Timeout(60_000)]
internal sealed class StreamOffsetsTests
{
    const long Noon = WrittenLog.Noon;

    [Test]
    [Arguments(0, 0)]
    // The system gave the number of a removed file away again: to a copy that was made after that file's begin.
    [Arguments(250, 200)]
    public async Task A_plain_file_is_known_by_its_inode_if_it_was_there_then(long bornAfter, long expected,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = folder.At("log");
        using (var file = File.Create(LogIndexReader.PathOf(log)))
            foreach (var (position, inode) in new (long, ulong)[] { (0, 11), (100, 12), (200, 13), (300, 14) })
            {
                var bytes = new byte[LogIndexEntry.Size];
                new LogIndexEntry(LogIndexKind.File, position, Noon + position, 0, inode).Write(bytes);
                file.Write(bytes);
            }
        using var index = LogIndexReader.Open(log)!;
        var born = DateTimeOffset.FromUnixTimeMilliseconds(Noon + bornAfter);
        List<LogPart> parts = [new(log, false, 14, null, 10, default), new(log + ".1", false, 11, born, 100, default)];
        await Assert.That(StreamOffsets.Assign(parts, index)).IsTrue();
        await Assert.That(parts[1].Base).IsEqualTo(expected);
    }
}
