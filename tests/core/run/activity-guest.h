/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "run-fixture.h"

/* A guest that keeps its processor and its disk busy, instead of a firmware (-bios). It reads so
 * many sectors of the first IDE disk, each by itself, and then spins for ever. Told to read none
 * it goes on in waves of some 14 seconds: reading, spinning, writing and sleeping.
 *
 *          cli; xor ax,ax; mov ss,ax; mov es,ax; mov ds,ax; mov sp,0x7000; cld; xor bp,bp
 *          mov ecx,SECTORS; jecxz waves
 *  exact:  mov bl,0x20; call sector; dec ecx; jnz exact    0x20: read, 0x30: write
 *  burn:   jmp burn
 *  waves:  (sets up the interrupt controller for the timer, 18 times a second: tick)
 *  loop:   mov ax,[0x500]; shr ax,2; and al,63             where we are in the wave
 *          mov bl,0x20; cmp al,20; jb io; cmp al,32; jb loop
 *          mov bl,0x30; cmp al,40; jb io; hlt; jmp loop
 *  io:     call sector; jmp loop
 *  sector: (ports 0x1f2 to 0x1f7: one sector, number bp, command bl; its 256 words by 0x1f0)
 *          inc bp; ret
 *  tick:   inc word [0x500]; (end of interrupt); iret
 *
 * The timer's interrupt wants a machine without a local APIC: `-cpu qemu64,-apic`. */
static const guint8 activity_guest_code[] = {
  0xfa, 0x31, 0xc0, 0x8e, 0xd0, 0x8e, 0xc0, 0x8e, 0xd8, 0xbc, 0x00, 0x70, 0xfc, 0x31, 0xed, 0x66,
  0xb9, 0x44, 0x33, 0x22, 0x11, 0x67, 0xe3, 0x0b, 0xb3, 0x20, 0xe8, 0x4d, 0x00, 0x66, 0x49, 0x75,
  0xf7, 0xeb, 0xfe, 0xb0, 0x11, 0xe6, 0x20, 0xb0, 0x08, 0xe6, 0x21, 0xb0, 0x04, 0xe6, 0x21, 0xb0,
  0x01, 0xe6, 0x21, 0xb0, 0xfe, 0xe6, 0x21, 0xc7, 0x06, 0x20, 0x00, 0xb0, 0x00, 0xc7, 0x06, 0x22,
  0x00, 0x00, 0xf0, 0xc7, 0x06, 0x00, 0x05, 0x00, 0x00, 0xfb, 0xa1, 0x00, 0x05, 0xc1, 0xe8, 0x02,
  0x24, 0x3f, 0xb3, 0x20, 0x3c, 0x14, 0x72, 0x0d, 0x3c, 0x20, 0x72, 0xee, 0xb3, 0x30, 0x3c, 0x28,
  0x72, 0x03, 0xf4, 0xeb, 0xe5, 0xe8, 0x02, 0x00, 0xeb, 0xe0, 0x66, 0x51, 0xba, 0xf2, 0x01, 0xb0,
  0x01, 0xee, 0x42, 0x89, 0xe8, 0xee, 0x42, 0x30, 0xc0, 0xee, 0x42, 0xee, 0x42, 0xb0, 0xe0, 0xee,
  0x42, 0x88, 0xd8, 0xee, 0xec, 0xa8, 0x80, 0x75, 0xfb, 0xa8, 0x08, 0x74, 0xf7, 0xb9, 0x00, 0x01,
  0xbf, 0x00, 0x10, 0xbe, 0x00, 0x10, 0xba, 0xf0, 0x01, 0x80, 0xfb, 0x30, 0x74, 0x04, 0xf3, 0x6d,
  0xeb, 0x02, 0xf3, 0x6f, 0xba, 0xf7, 0x01, 0xec, 0xa8, 0x80, 0x75, 0xfb, 0x45, 0x66, 0x59, 0xc3,
  0x50, 0xff, 0x06, 0x00, 0x05, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf,
};

/* Where the number of sectors stands. */
#define ACTIVITY_GUEST_SECTORS 17
#define ACTIVITY_DISK_SECTORS 256

G_GNUC_UNUSED static char *
write_activity_guest (guint32 n_sectors)
{
  g_autofree guint8 *image = g_malloc0 (GUEST_SIZE);
  char *path = g_build_filename (drover_test_dir (), "activity-guest.bin", NULL);
  guint32 little = GUINT32_TO_LE (n_sectors);
  g_autoptr (GError) error = NULL;

  memcpy (image, activity_guest_code, sizeof activity_guest_code);
  memcpy (image + ACTIVITY_GUEST_SECTORS, &little, sizeof little);
  memcpy (image + GUEST_SIZE - 16, guest_reset, sizeof guest_reset);
  g_file_set_contents (path, (const char *) image, GUEST_SIZE, &error);
  g_assert_no_error (error);
  return path;
}

/* A machine that reads @n_sectors of its disk `disk0`, with @more arguments. */
G_GNUC_UNUSED static DroverMachine *
new_activity_machine (guint32 n_sectors, const char *const *more)
{
  g_autofree char *guest = write_activity_guest (n_sectors);
  g_autofree char *disk = g_build_filename (drover_test_dir (), "activity-disk.img", NULL);
  g_autofree char *zeros = g_malloc0 (ACTIVITY_DISK_SECTORS * 512);
  g_autofree char *drive = g_strdup_printf ("id=disk0,if=ide,format=raw,file=%s", disk);
  const char *const always[] = { "-machine", "pc", "-m", "16", "-nographic", "-nodefaults",
                                 "-bios", guest, "-drive", drive };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (disk, zeros, ACTIVITY_DISK_SECTORS * 512, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    g_strv_builder_add (builder, always[i]);
  g_strv_builder_addv (builder, (const char **) more);
  arguments = g_strv_builder_end (builder);
  return new_machine (QEMU, (const char *const *) arguments);
}
