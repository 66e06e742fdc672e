#nullable enable

using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using Ponimator.Core;

/// <summary>
/// Plays like a game, over the plugin's core alone: a loop at 60 Hz that takes events and reads the playout; commands
/// come by stdin, what happens goes to stdout.
/// </summary>
internal sealed class Probe
{
    private const double DisplayHz = 60;
    private readonly ConcurrentQueue<string> _commands = new ConcurrentQueue<string>();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly StreamClient _client;
    private readonly Shown _shown = new Shown();
    private Measures _measures = new Measures();

    private Probe(ClientOptions options) => _client = new StreamClient(options);

    private static int Main(string[] arguments)
    {
        Probe probe;
        try
        {
            probe = new Probe(new Arguments(arguments).Options());
        }
        catch (BadRequestException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        new Thread(probe.ReadCommands) { IsBackground = true }.Start();
        probe.Play();
        return 0;
    }

    private void ReadCommands()
    {
        while (Console.In.ReadLine() is string line)
        {
            _commands.Enqueue(line);
        }

        _commands.Enqueue("stop");
    }

    private void Play()
    {
        for (double nextS = 0; ; nextS += 1 / DisplayHz)
        {
            while (_commands.TryDequeue(out string? command))
            {
                if (command == "stop")
                {
                    Stop();
                    return;
                }

                Obey(command!);
            }

            while (_client.TakeEvent() is ClientEvent news)
            {
                EventLines.Of(news)?.Print();
            }

            _client.Show(_shown);
            _measures.Take(_shown, _watch.Elapsed.TotalSeconds);
            double leftS = nextS - _watch.Elapsed.TotalSeconds;
            if (leftS > 0)
            {
                Thread.Sleep(TimeSpan.FromSeconds(leftS));
            }
            else
            {
                nextS -= leftS;
            }
        }
    }

    private void Obey(string command)
    {
        string[] words = command.Split(new[] { ' ' }, 3);
        switch (words[0])
        {
            case "trigger":
                Trigger(command.Substring(words[0].Length).Trim(), 6.0);
                break;
            case "trigger-for" when words.Length == 3:
                Trigger(words[2], double.Parse(words[1], CultureInfo.InvariantCulture));
                break;
            case "cancel":
                _client.Cancel(new CancelRequest());
                break;
            case "measure":
                _measures = new Measures();
                break;
            case "report":
                _measures.Report(_client.Counters).Print();
                break;
            default:
                Console.Error.WriteLine(
                    $"Expected trigger TEXT, trigger-for SECONDS TEXT, cancel, measure, report or stop; got {command}.");
                break;
        }
    }

    private void Trigger(string text, double durationS)
    {
        try
        {
            _client.Interact(new InteractRequest(
                new Subject(root: new Root(Vector3d.Zero)),
                new Subject(root: new Root(new Vector3d(0, 0, 1.2), Math.PI)))
            {
                Text = text,
                DurationS = durationS,
                Seed = 1,
            });
        }
        catch (BadRequestException error)
        {
            new JsonLine("refused").With("code", "bad_request").With("message", error.Message).Print();
        }
    }

    private void Stop()
    {
        double beganS = _watch.Elapsed.TotalSeconds;
        _client.Dispose();
        new JsonLine("stopped")
            .With("seconds", _watch.Elapsed.TotalSeconds - beganS).With("threads", _client.ThreadsAlive).Print();
    }
}
