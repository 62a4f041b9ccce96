/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-accel.h"

G_BEGIN_DECLS

#define DROVER_ACCEL_KVM_DEVICE "/dev/kvm"

/* What one of our test guests does when the accelerator is sound. */
typedef struct
{
  const char *architecture; /* as in qemu-system-ARCHITECTURE */
  const char *letters;      /* all it writes */
  int         exit_status;  /* with which it makes QEMU end */
  gsize       image_size;   /* bytes that QEMU wants; the guest is at their end. 0: as it is */
} DroverAccelGuest;

DroverAccelReport      *_drover_accel_report_new         (DroverAccelVerdict      verdict,
                                                          const char             *accelerator,
                                                          char                   *reason);
DroverAccelReport      *_drover_accel_report_new_for_run (DroverAccelVerdict      verdict,
                                                          const char             *accelerator,
                                                          const char             *letters,
                                                          const char             *reached,
                                                          guint                   milliseconds,
                                                          const char             *message);

char                   *_drover_accel_dup_host           (void);
char                   *_drover_accel_dup_architecture   (const char             *program);
const DroverAccelGuest *_drover_accel_guest_for          (const char             *architecture);
GBytes                 *_drover_accel_guest_dup_image    (const DroverAccelGuest *guest);
DexFuture              *_drover_accel_run                (const DroverAccelGuest *guest,
                                                          GBytes                 *image,
                                                          const char             *program,
                                                          const char             *accelerator,
                                                          const char             *machine);
DroverAccelReport      *_drover_accel_refuse_device      (const char             *device);
DexFuture              *_drover_accel_choose_with_device (const char             *program,
                                                          const char             *cpu_model,
                                                          const char             *machine,
                                                          const char             *device);

/* Where a verdict is kept, and what it holds for. */
typedef struct
{
  char *group;
  char *identity;
} DroverAccelKey;

DroverAccelKey         *_drover_accel_key_new            (const char             *program_path,
                                                          const char             *accelerator,
                                                          const char             *machine,
                                                          const char             *device,
                                                          GBytes                 *image);
void                    _drover_accel_key_free           (DroverAccelKey         *key);
DroverAccelReport      *_drover_accel_cache_lookup       (const DroverAccelKey   *key,
                                                          const char             *accelerator,
                                                          const char             *letters);
void                    _drover_accel_cache_store        (const DroverAccelKey   *key,
                                                          DroverAccelReport      *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverAccelKey, _drover_accel_key_free)

G_END_DECLS
