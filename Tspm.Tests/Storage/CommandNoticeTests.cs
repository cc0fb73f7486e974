using Tspm.Storage;

namespace Tspm.Tests.Storage;

/// <summary>What a daemon leaves for the next command to print is printed once, and in order.</summary>
[Timeout(30_000)]
internal sealed class CommandNoticeTests
{
    [Test]
    public async Task Sentences_are_collected_until_a_command_takes_them(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var file = home.Home.NoticeFile;
        await Assert.That(CommandNotice.Take(file)).IsEmpty();
        CommandNotice.Leave(file, "processes.json was broken");
        CommandNotice.Leave(file, "3 processes were imported");
        CommandNotice.Leave(file, "processes.json was broken");
        string[] expected = ["processes.json was broken", "3 processes were imported"];
        await Assert.That(CommandNotice.Take(file).SequenceEqual(expected)).IsTrue();
        await Assert.That(CommandNotice.Take(file)).IsEmpty();
        await Assert.That(Directory.GetFiles(home.Home.Path, "migration.notice*")).IsEmpty();
    }
}
