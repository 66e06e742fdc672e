using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using NUnit.Framework;
using Ponimator.Core;
using Ponimator.Streaming.Editor;
using Ponimator.Streaming.Samples;
using UnityEditor;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>The inspectors and the settings page.</summary>
    [TestFixture]
    public sealed class EditorTests
    {
        [SetUp]
        public void Begin()
        {
            EditorGUILayout.Drawn.Clear();
            GUILayout.Pressed = null;
            Stage.Play();
        }

        [TearDown]
        public void End() => PlayerLoop.Stop();

        [Test]
        public void AMapProposedIsSavedAndReadAgain()
        {
            PonimatorCharacter character = PrimitiveCharacter.Build("Ann", Vector3.zero, 0, 1, default);
            EditorUtility.Saved = Path.GetTempFileName();
            try
            {
                Draw<PonimatorCharacterEditor>(character, "Propose a map and save it");
                Assert.That(Said("Info: Saved."), Is.True);
                RigMap saved = RigMap.Parse(File.ReadAllText(EditorUtility.Saved));
                Assert.That(saved.Bones["right_knee"], Is.EqualTo("RightLeg"));
                Assert.That(character.RigMapAsset.text, Is.EqualTo(saved.ToText()));
                character.ReadRig();
                Assert.That(character.Rig.Map.Bones.Count, Is.EqualTo(saved.Bones.Count));
            }
            finally
            {
                File.Delete(EditorUtility.Saved);
            }
        }

        [Test]
        public void AMapThatDoesNotFitIsSaid()
        {
            PonimatorCharacter character = PrimitiveCharacter.Build("Ann", Vector3.zero, 0, 1, default);
            character.RigMapAsset = new TextAsset("pelvis = \"Nowhere\"");
            Draw<PonimatorCharacterEditor>(character, "Show the map");
            Assert.That(Said("Error: The rig has no bone 'Nowhere'"), Is.True);
        }

        [Test]
        public void TheInspectorTriggersOnlyDuringPlay()
        {
            var interaction = new GameObject("Pair").AddComponent<PonimatorInteraction>();
            PlayerLoop.Step(0.01f);
            Draw<PonimatorInteractionEditor>(interaction, null);
            Assert.That(Said("Condition: waits for a client and two characters with rigs"), Is.True);
            Application.isPlaying = false;
            Draw<PonimatorInteractionEditor>(interaction, "Trigger");
            Application.isPlaying = true;
            Assert.That(GUI.enabled, Is.True);
        }

        [Test]
        public void NewClientsGetTheEndpointOfTheSettings()
        {
            SettingsProvider page = typeof(PonimatorClientEditor).Assembly.GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
                .Where(method => method.GetCustomAttribute<SettingsProviderAttribute>() != null)
                .Select(method => (SettingsProvider)method.Invoke(null, null))
                .Single();
            page.guiHandler("");
            Assert.That(Said("Endpoint of new clients: " + Protocol.DefaultControlEndpoint), Is.True);
            Assert.That(Said("libzmq"), Is.True);
            EditorUserSettings.SetConfigValue(PonimatorClient.EndpointSetting, "tcp://render:7740");
            Application.isPlaying = false;
            Assert.That(new GameObject("Client").AddComponent<PonimatorClient>().Endpoint, Is.EqualTo("tcp://render:7740"));
            Application.isPlaying = true;
        }

        private static void Draw<T>(Object target, string pressed)
            where T : UnityEditor.Editor, new()
        {
            GUILayout.Pressed = pressed;
            new T { target = target }.OnInspectorGUI();
        }

        private static bool Said(string beginning) => EditorGUILayout.Drawn.Any(line => line.Contains(beginning));
    }
}
