using Tspm.Logs.Files;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs.Files;

internal sealed class LogFoldersTests
{
    internal const UnixFileMode OwnerOnly = (UnixFileMode)0b111_000_000, AllRead = (UnixFileMode)0b111_101_101,
        All = (UnixFileMode)0b111_111_111;

    [Test]
    [Arguments(OwnerOnly, OwnerOnly), Arguments(AllRead, AllRead), Arguments(All, AllRead)]
    public async Task A_folder_gets_the_mode_of_the_one_it_is_made_in_without_write_access_for_others(
        UnixFileMode above, UnixFileMode expected)
    {
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, above);
        var made = new List<string>();
        await Assert.That(LogFolders.Make(folder.Path + "/./a//b", folder.Path, made)).IsTrue();
        await Assert.That(made.Count).IsEqualTo(2);
        await Assert.That(File.GetUnixFileMode(folder.Path + "/a/b")).IsEqualTo(expected);
        LogFolders.Remove(made);
        await Assert.That(Directory.Exists(folder.Path + "/a")).IsFalse();
    }

    [Test]
    public async Task Nothing_is_made_above_the_root_and_nothing_that_holds_something_is_removed()
    {
        using var folder = new TemporaryFolder();
        var made = new List<string>();
        await Assert.That(LogFolders.Make(folder.Path + "/gone/a", folder.Path + "/gone", made)).IsFalse();
        await Assert.That(LogFolders.Make(folder.Path + "/a", folder.Path + "/gone", made)).IsFalse();
        await Assert.That(made).IsEmpty();
        await Assert.That(LogFolders.Make(folder.Path + "/a/b", folder.Path, made)).IsTrue();
        File.WriteAllText(folder.Path + "/a/kept", "");
        LogFolders.Remove(made);
        await Assert.That(Directory.GetFileSystemEntries(folder.Path + "/a"))
            .IsEquivalentTo((string[])[folder.Path + "/a/kept"]);
    }

    [Test]
    [Arguments("/h/logs/web.out.log", "/h"), Arguments("/srv/app/log/x", "/srv/app"),
        Arguments("/srv/app/../x", "/srv/app"), Arguments("/srv/apple/x", "/"), Arguments("/var/log/x", "/")]
    public async Task The_root_is_the_home_or_the_working_directory(string file, string root) =>
        await Assert.That(LogFolders.RootOf("/h", "/srv/app", file)).IsEqualTo(root);
}
