using Tspm.Client.CommandLine;
using Tspm.Client.Output.Help;

namespace Tspm.Tests.Guards;

/// <summary>docs/cli and docs/man are what the table of verbs says (TSPM_WRITE_CLI_PAGES=1 writes it).</summary>
[Timeout(60_000)]
internal sealed class CliPageTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "docs", "cli");

    static readonly string Manual = Path.Combine(Repository.Root, "docs", "man", "tspm.1");

    [Test]
    public async Task The_published_pages_are_the_generated_ones(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_CLI_PAGES") == "1") Write();
        foreach (var (file, text) in CliPage.All())
            await Assert.That(File.ReadAllText(Path.Combine(Folder, file))).IsEqualTo(text).Because(file);
        await Assert.That(File.ReadAllText(Manual)).IsEqualTo(ManualPage.Write());
        var published = Directory.EnumerateFiles(Folder).Select(static path => Path.GetFileName(path)!).Order();
        await Assert.That(published.SequenceEqual(CliPage.All().Select(static page => page.File).Order())).IsTrue();
    }

    [Test]
    public async Task A_page_has_every_flag_and_the_index_every_verb(CancellationToken cancellation)
    {
        var pages = CliPage.All().ToDictionary(static page => page.File, static page => page.Text);
        foreach (var verb in Verbs.Listed)
        {
            await Assert.That(pages["README.md"]).Contains($"\n| [`{verb.Name}`]({verb.Name}.md) | ");
            foreach (var flag in verb.AllFlags)
            {
                var spelled = FlagSpelling.InHelp(Flags.Find(flag)!, verb).Split(", ")[^1];
                await Assert.That(pages[$"{verb.Name}.md"]).Contains($"`{spelled}`".Replace("|", "\\|")).Because(flag);
            }
        }
        await Assert.That(pages["README.md"]).Contains("\n| 3 | no such process; nothing was changed |\n");
    }

    static void Write()
    {
        Directory.CreateDirectory(Folder);
        foreach (var old in Directory.EnumerateFiles(Folder)) File.Delete(old);
        foreach (var (file, text) in CliPage.All()) File.WriteAllText(Path.Combine(Folder, file), text);
        Directory.CreateDirectory(Path.GetDirectoryName(Manual)!);
        File.WriteAllText(Manual, ManualPage.Write());
    }
}
