// The check-up of the machine as rows of the report: what was found, and what it means for the figures above.

import { formatMoment } from './words.ts';
import type { Doctor, DoctorLevel } from '../record/doctor-schema.ts';

const classes: Readonly<Record<DoctorLevel, string>> = {
  good: 'good',
  watch: 'degraded',
  poor: 'saturated',
  absent: '',
  unknown: '',
};

/** False when the machine was not examined. */
export function doctorView(doctor: Doctor | null) {
  if (doctor === null) return false;
  return {
    when: formatMoment(doctor.measuredAt),
    short: doctor.short,
    rows: doctor.judgements.map((judgement) => ({ ...judgement, levelClass: classes[judgement.level] })),
  };
}
