/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-setting-table.h"

static const DroverSetting settings[] = {
  {
    .id = "sound.default-driver",
    .page = "sound",
    .title = N_("Where Sound Goes"),
    .summary = N_("The sound system of this computer that plays what the guest plays, unless a"
                  " backend below says so."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "audio", "driver" } },
    .choices = (const char *const[]) { "pipewire", "pa", "alsa", "sdl", "dbus", "spice", "none",
                                       NULL },
    .suggest = "audiodevs",
    .absent = N_("QEMU’s own choice"),
  },
  {
    .id = "sound.default-model",
    .page = "sound",
    .title = N_("Sound Card"),
    .summary = N_("The card that the guest sees, made together with that backend."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "audio", "model" }, { "soundhw", NULL } },
    .choices = (const char *const[]) { "hda", "ac97", "es1370", "sb16", "virtio", NULL },
    .suggest = "sound-models",
    .absent = N_("none"),
  },
  {
    .id = "sound.speaker",
    .page = "sound",
    .title = N_("PC Speaker"),
    .summary = N_("The id of the audio backend that the PC’s beeper uses."),
    .kind = DROVER_SETTING_TEXT,
    .places = { { "machine", "pcspk-audiodev" } },
    .absent = N_("the first one"),
  },
};

const DroverSettingTable drover_settings_audio = { NULL, settings, G_N_ELEMENTS (settings) };
