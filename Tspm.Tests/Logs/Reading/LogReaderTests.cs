using System.Text;
using Tspm.Logs.Reading;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs.Reading;

[Timeout(60_000)]
internal sealed class LogReaderTests
{
    const int Block = 64 << 10;

    public static IEnumerable<string> Shapes()
    {
        string[] shapes =
        [
            "", "\n", "\n\n\n", "a", "a\n", "a\nb", "a\nb\n", "\na", "a\r\nb\r\n", "a\n\n\nb\n", "\0\n\xff\n",
            new('x', Block), new string('x', Block - 1) + "\n", new string('x', Block) + "\n",
            "a\n" + new string('x', Block - 1), "a\n" + new string('x', Block) + "\n",
            new string('x', Block - 2) + "\n\nb", string.Concat(Enumerable.Range(0, 30_000).Select(i => $"line {i}\n")),
            new string('\n', 3 * Block),
        ];
        return shapes;
    }

    [Test]
    [MethodDataSource(nameof(Shapes))]
    public async Task The_last_lines_of_every_shape_are_found(string content, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("log", "");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(content));
        var lines = content.Split('\n');
        if (lines[^1].Length == 0) lines = lines[..^1];
        foreach (var count in new[] { 0, 1, 2, 3, 10, 1000, int.MaxValue })
        {
            using var tail = new LogReader(path);
            tail.Seek(LogStart.OfLast(tail, count, 0, tail.Chain.End).Last()!.Value);
            var read = ReadAll(tail, takePartial: true);
            if (!read.SequenceEqual(lines.TakeLast(count)))
                throw new InvalidOperationException($"{count}: {read.Count} lines, expected "
                    + $"{Math.Min(count, lines.Length)}");
            await Assert.That(tail.Position).IsEqualTo(content.Length);
        }
    }

    [Test]
    public async Task Lines_of_all_lengths_come_whole_and_very_long_ones_in_parts(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        var lines = Enumerable.Range(0, 200)
            .Select(i =>
                new string((char)('a' + i % 26), random.Next(8) == 0 ? random.Next(700_000) : random.Next(300)))
                    .ToList();
        var path = folder.Write("log", string.Join('\n', lines) + "\n");
        using var tail = new LogReader(path);
        var read = new List<string>();
        var part = "";
        while (tail.TryRead(takePartial: true, out var line, out var partial))
        {
            part += Encoding.ASCII.GetString(line);
            if (partial) continue;
            read.Add(part);
            part = "";
        }
        await Assert.That(read.SequenceEqual(lines)).IsTrue();
    }

    [Test]
    public async Task A_line_is_given_out_when_its_break_has_come(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("log", "");
        using var tail = new LogReader(path);
        File.AppendAllText(path, "half");
        await Assert.That(ReadAll(tail)).IsEmpty();
        await Assert.That(tail.Position).IsEqualTo(0);
        File.AppendAllText(path, " a line");
        await Assert.That(ReadAll(tail)).IsEmpty();
        File.AppendAllText(path, "\nnext\nx");
        await Assert.That(ReadAll(tail)).IsEquivalentTo(["half a line", "next"]);
        await Assert.That(tail.Position).IsEqualTo("half a line\nnext\n".Length);
    }

    [Test]
    public async Task The_offset_is_where_another_reader_may_go_on(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("log", "one\ntwo\nthree\n");
        using var first = new LogReader(path);
        first.TryRead(takePartial: false, out _, out _);
        using var second = new LogReader(path);
        second.Seek(first.Position);
        await Assert.That(ReadAll(second)).IsEquivalentTo(["two", "three"]);
    }

    [Test]
    public async Task After_a_truncation_reading_begins_anew(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("log", "one\ntwo\nhalf");
        using var tail = new LogReader(path);
        await Assert.That(ReadAll(tail)).IsEquivalentTo(["one", "two"]);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(0);
        await Assert.That(ReadAll(tail)).IsEmpty();
        File.AppendAllText(path, "new\n");
        await Assert.That(ReadAll(tail)).IsEquivalentTo(["new"]);
        await Assert.That(tail.Position).IsEqualTo(4);
    }

    [Test]
    public async Task Beyond_the_end_of_a_file_that_was_emptied_meanwhile_it_begins_anew(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var tail = new LogReader(folder.Write("log", "new\n"));
        tail.Seek(1000);
        await Assert.That(ReadAll(tail)).IsEquivalentTo(["new"]);
    }

    [Test]
    public async Task A_file_that_does_not_exist_is_read_when_it_does(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var tail = new LogReader(folder.At("later"));
        using var never = new LogReader(folder.At("missing/log"));
        await Assert.That(ReadAll(tail)).IsEmpty();
        await Assert.That(ReadAll(never)).IsEmpty();
        folder.Write("later", "one\n");
        await Assert.That(ReadAll(tail)).IsEquivalentTo(["one"]);
    }

    static List<string> ReadAll(LogReader tail, bool takePartial = false)
    {
        var lines = new List<string>();
        while (tail.TryRead(takePartial, out var line, out _)) lines.Add(Encoding.Latin1.GetString(line));
        return lines;
    }
}
