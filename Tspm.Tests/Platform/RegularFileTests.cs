using System.Net.Sockets;
using System.Text;
using Tspm.Platform;
using Tspm.Tests.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Platform;

/// <summary>Whatever has the name of a file: reading it ends at once, with its bytes or with the reason.</summary>
[Timeout(20_000)]
internal sealed class RegularFileTests
{
    const int Limit = 1 << 20;

    static readonly System.Collections.Concurrent.ConcurrentBag<Socket> Sockets = [];

    [Test]
    public async Task A_regular_file_is_read_whole_also_when_it_says_that_it_is_empty(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        foreach (var size in new[] { 0, 1, 4095, 4096, 4097, Limit - 1, Limit })
        {
            var bytes = new byte[size];
            Random.Shared.NextBytes(bytes);
            await File.WriteAllBytesAsync(folder.At("f"), bytes, cancellation);
            await Assert.That(RegularFile.Read(folder.At("f"), Limit, out var problem).AsSpan().SequenceEqual(bytes))
                .IsTrue().Because($"{size}: {problem?.Words}");
        }
        File.CreateSymbolicLink(folder.At("link"), folder.At("f"));
        await Assert.That(RegularFile.Read(folder.At("link"), Limit, out _)!.Length).IsEqualTo(Limit);
        await Assert.That(Encoding.UTF8.GetString(RegularFile.Read("/proc/self/maps", Limit, out _)!)).EndsWith("\n");
    }

    [Test]
    [Arguments("fifo", "is a FIFO, not a regular file"), Arguments("folder", "is a directory, not a file"),
        Arguments("device", "is a device, not a regular file"), Arguments("socket", "is a socket, not a regular file"),
     Arguments("loop", "is a link that leads back to itself"), Arguments("nowhere", "is a link that leads to nothing"),
         Arguments("zero", "is a device"), Arguments("pipe", "is a FIFO")]
    public async Task Anything_else_is_refused_without_waiting_and_named(string kind, string words,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Put(folder.At("f"), kind, cancellation);
        await Assert.That(RegularFile.Read(folder.At("f"), Limit, out var problem)).IsNull();
        await Assert.That(problem!.Kind).IsEqualTo(FileProblemKind.NotRegular);
        await Assert.That(problem.Words).Contains(words);
        await Assert.That(RegularFile.Obstacle(folder.At("f"))).IsEqualTo(problem);
    }

    [Test]
    public async Task A_missing_one_and_one_that_is_too_large_are_told_apart(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(RegularFile.Read(folder.At("none"), Limit, out var problem)).IsNull();
        await Assert.That(problem).IsEqualTo(new FileProblem(FileProblemKind.Missing, "does not exist"));
        await Assert.That(RegularFile.Obstacle(folder.At("none"))).IsNull();
        using (var sparse = File.Create(folder.At("huge"))) sparse.SetLength(1L << 40);
        await Assert.That(RegularFile.Read(folder.At("huge"), Limit, out problem)).IsNull();
        await Assert.That(problem).IsEqualTo(new FileProblem(FileProblemKind.TooLarge, "is larger than 1 MB"));
        await Assert.That(() => RegularFile.Open(folder.At("none"))).Throws<FileNotFoundException>();
    }

    internal static async Task Put(string path, string kind, CancellationToken cancellation)
    {
        switch (kind)
        {
            case "fifo": await Mkfifo(path, cancellation); break;
            case "pipe":
                await Mkfifo(path + ".fifo", cancellation);
                File.CreateSymbolicLink(path, path + ".fifo");
                break;
            case "folder": Directory.CreateDirectory(path); break;
            case "device": File.CreateSymbolicLink(path, "/dev/null"); break;
            case "zero": File.CreateSymbolicLink(path, "/dev/zero"); break;
            case "loop": File.CreateSymbolicLink(path, path); break;
            case "nowhere": File.CreateSymbolicLink(path, path + ".none"); break;
            case "socket":
                // Left open: disposing of it removes the file.
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint(path));
                Sockets.Add(socket);
                break;
            default: throw new ArgumentException(kind);
        }
    }

    static async Task Mkfifo(string path, CancellationToken cancellation) =>
        (await Programs.Run(Tools.Require("mkfifo"), [path], new Dictionary<string, string>(), "/", cancellation))
            .Exits(0);
}
