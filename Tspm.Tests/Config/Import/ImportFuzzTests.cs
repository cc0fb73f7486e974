using System.Text;
using System.Text.Json;
using Tspm.Config.Import;
using Tspm.Config.Validation;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Config.Import;

/// <summary>
/// Files of other process managers with any content are imported, or refused with a sentence; what is imported is
/// valid.
/// </summary>
[Timeout(60_000)]
internal sealed class ImportFuzzTests
{
    static readonly Dictionary<string, string> Present = new() { ["PATH"] = "/bin", ["HOME"] = "/home/u" };

    static byte[] Sample(string name) => File.ReadAllBytes(Repository.Data("import/" + name));

    [Test]
    public async Task Ecosystem_files_in_json(CancellationToken cancellation) =>
        await ReadOrRefused([Sample("pm2/ecosystem.config.json"), Sample("pm2/list.json"), Sample("pm2/single.json"),
            Sample("pm2/dump.pm2"), Sample("real/pm2.json")], 400,
            text => Pm2(ForeignFile.Json(text)), cancellation);

    [Test]
    public async Task Ecosystem_files_in_yaml(CancellationToken cancellation) =>
        await ReadOrRefused([Sample("pm2/ecosystem.config.yml"), Sample("real/process.yml"),
            Sample("real/retriever.yml")], 400,
            text => Pm2(YamlText.Read(text)), cancellation);

    [Test]
    public async Task Files_of_supervisord(CancellationToken cancellation) =>
        await ReadOrRefused([Sample("supervisord/supervisord.conf"), Sample("real/laravel.conf"),
            Sample("real/course.conf")], 300, Supervisord, cancellation);

    [Test]
    [Arguments("numprocs=999999\ncommand=x %(process_num)d", "at most 1000")]
    [Arguments("command=x %(program_name)-1s", null)]
    [Arguments("directory=/a\0b\ncommand=x", "projectDir")]
    public async Task Odd_settings_of_supervisord_are_used_or_left_out(string settings, string? reason,
        CancellationToken cancellation)
    {
        var imported = Supervisord("[program:a]\n" + settings);
        await Assert.That(imported.Processes.Count).IsEqualTo(reason is null ? 1 : 0);
        if (reason is not null) await Assert.That(imported.Left.Single().ToString()).Contains(reason);
    }

    [Test]
    public async Task A_nul_character_in_the_includes_of_supervisord_is_said(CancellationToken cancellation) =>
        await Assert.That(() => Supervisord("[include]\nfiles=/a\0b")).Throws<ImportException>();

    [Test]
    public async Task Thousands_of_equal_names_are_numbered_in_no_time(CancellationToken cancellation)
    {
        var imported = ProcfileImport.Read(string.Concat(Enumerable.Repeat("web: x\n", 20_000)), "/srv", null, null);
        await Assert.That(imported.Processes.Count).IsEqualTo(20_000);
        await Assert.That(imported.Processes[1].Name).IsEqualTo("web-2");
        await Assert.That(imported.Processes[^1].Name).IsEqualTo("web-20000");
    }

    [Test]
    public async Task Procfiles(CancellationToken cancellation) =>
        await ReadOrRefused([Sample("procfile/Procfile"), Sample("real/rails.procfile"),
            Sample("real/errexit.procfile")], 300,
            static text => ProcfileImport.Read(text, "/srv", null, null), cancellation);

    [Test]
    public async Task Every_file_is_recognised_as_something(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        string[] names = ["a.json", "a.yml", "a.config.js", "a.conf", "a.toml", "Procfile", "ecosystem.json"];
        byte[][] samples = [Sample("pm2/ecosystem.config.json"), Sample("pm2/ecosystem.config.yml"),
            Sample("pm2/ecosystem.config.js"), Sample("procfile/Procfile"), Sample("supervisord/supervisord.conf")];
        var kinds = new HashSet<FileKind>();
        Damage.Check(samples, 100, bytes =>
        {
            foreach (var name in names)
            {
                File.WriteAllBytes(folder.At(name), bytes);
                kinds.Add(ForeignFile.Recognise(folder.At(name)));
            }
        }, cancellation);
        await Assert.That(kinds.Count).IsGreaterThan(3);
    }

    static Imported Supervisord(string text) => SupervisordImport.Read(
        text, "/etc/supervisord.conf", "/srv", Present, "host1", static _ => [], static _ => "");

    static Imported Pm2(JsonElement root) =>
        Pm2Import.Read(root, "/srv/app", null, Present, static _ => ScriptKind.None);

    static async Task ReadOrRefused(
        IReadOnlyList<byte[]> samples, int cases, Func<string, Imported> read, CancellationToken cancellation)
    {
        var (imported, refused) = (0, 0);
        Damage.Check(samples, cases, bytes =>
        {
            try
            {
                var result = read(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'));
                imported++;
                var names = result.Processes.Select(config => config.Name).ToList();
                if (names.Distinct().Count() != names.Count) throw new InvalidOperationException("a name comes twice");
                foreach (var config in result.Processes)
                    if (ConfigValidation.Validate(config) is [var problem, ..])
                        throw new InvalidOperationException(problem.Sentence);
                _ = ConfigText.Of(result.Processes);
                foreach (var left in result.Left) _ = left.ToString();
            }
            catch (ImportException mistake) when (mistake.Message.Length > 0)
            {
                refused++;
            }
        }, cancellation);
        await Assert.That(imported).IsGreaterThan(50).Because($"{refused} were refused");
    }
}
